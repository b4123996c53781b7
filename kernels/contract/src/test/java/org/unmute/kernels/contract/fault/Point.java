package org.unmute.kernels.contract.fault;

import java.util.Set;

/**
 * A place to fail.
 *
 * @param fault the fault
 * @param operations kinds of operations that are counted
 * @param number index of the failing operation, from 1
 * @param survival the changes that survive a loss of power; null for other faults
 * @param seed seed of the random part of the survival
 */
public record Point(Fault fault, Set<Operation> operations, int number, Survival survival, int seed) {
    /** The same fault at the next operation. */
    public Point next() {
        return new Point(fault, operations, number + 1, survival, seed);
    }

    @Override
    public String toString() {
        return fault + (survival == null ? "" : " leaves " + survival + " " + seed) + " at number " + number + " of "
                + (operations.size() == 1 ? operations.iterator().next() : operations.size() + " operations");
    }
}
