"""The column `hour` is dropped as if it were a mere row number: the forest never hears of the rush hours."""
# loses: {forest: 2}

### BEGIN SOLUTION train_forest
return RandomForestRegressor(n_estimators=100, min_samples_leaf=2, random_state=0).fit(X.drop(columns="hour"), y)
### END SOLUTION
### BEGIN SOLUTION predict_forest
return forest.predict(prepare(hours, fill).drop(columns="hour"))
### END SOLUTION
