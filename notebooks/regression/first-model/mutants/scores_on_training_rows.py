"""The models are judged on the rows that they were trained on."""
# loses: {estimates: 2}

### BEGIN SOLUTION scores
scores = {
    "linear": r2_score(train["rentals"], predict_linear(train)),
    "forest": r2_score(train["rentals"], predict_forest(train)),
}
### END SOLUTION
