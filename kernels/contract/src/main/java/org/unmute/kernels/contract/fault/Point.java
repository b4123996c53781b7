package org.unmute.kernels.contract.fault;

import java.util.Set;

/**
 * A place to fail.
 *
 * @param fault      what goes wrong
 * @param operations that are counted
 * @param number     of the one that fails, from 1
 * @param survival   what a loss of power leaves; null for other faults
 * @param seed       of what it leaves by chance
 */
public record Point(Fault fault, Set<Operation> operations, int number, Survival survival, int seed) {
    /** The next operation. */
    public Point next() {
        return new Point(fault, operations, number + 1, survival, seed);
    }

    @Override
    public String toString() {
        return fault + (survival == null ? "" : " leaves " + survival + " " + seed) + " at number " + number + " of "
                + (operations.size() == 1 ? operations.iterator().next() : operations.size() + " operations");
    }
}
