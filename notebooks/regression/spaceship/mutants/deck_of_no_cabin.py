"""A missing cabin is on the deck "": the empty text was split, and nobody looked at what came out."""
# loses: {cabin: 1}

### BEGIN SOLUTION split_cabin
parts = passengers["cabin"].str.split("/", expand=True)
return pd.DataFrame({"deck": parts[0], "number": pd.to_numeric(parts[1]), "side": parts[2].fillna("unknown")})
### END SOLUTION
