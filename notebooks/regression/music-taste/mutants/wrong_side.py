"""The first question of the tree is read the wrong way round: men get the genres of women."""
# loses: {by-hand: 2}

### BEGIN SOLUTION by_hand
if gender == "male":
    if age <= 44:
        return "pop" if age <= 23 else "folk"
    return "classical"
if age <= 53:
    return "hip-hop" if age <= 29.5 else "rock"
return "jazz"
### END SOLUTION
