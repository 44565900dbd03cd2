"""The models are judged on the rows that they were trained on: a forest remembers these, a linear regression can't."""
# loses: {estimate-forest: 1}

### BEGIN SOLUTION expected_r2
return r2_score(train["rentals"], predict(train))
### END SOLUTION
