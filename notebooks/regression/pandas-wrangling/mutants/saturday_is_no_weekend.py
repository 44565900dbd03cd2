"""The week is counted from 1, so that only Sunday is left of the weekend."""
# loses: {columns: 2}

### BEGIN SOLUTION with_columns
weekday = pd.to_datetime(sales["day"]).dt.day_of_week
return sales.assign(revenue=sales["pieces"] * sales["price"], weekend=weekday > 5)
### END SOLUTION
