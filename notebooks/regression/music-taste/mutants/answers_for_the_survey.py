"""The genres of the 160 people of the survey, whoever is asked about."""
# loses: {genre: 1}

### BEGIN SOLUTION predict_genre
return ask(table, table, LEAVES)
### END SOLUTION
