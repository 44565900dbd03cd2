"""The pictures are shuffled and the labels are not: the network learns noise."""
# loses: {training: 2, accuracy: 4}

### BEGIN SOLUTION step
loss, *slopes = gradients(prepare(chosen), labels[: len(rows)], *network)
for number, slope in enumerate(slopes):
    network[number], velocities[number] = update(network[number], velocities[number], slope, rate, alpha)
### END SOLUTION
