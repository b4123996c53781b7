package org.unmute.kernels.contract.fault;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All places where an action can fail, given its operations in a run without a fault. */
public final class Points {
    /** Every operation. */
    public static final Set<Operation> ALL = Set.of(Operation.values());
    /** Operations that change data on the device. */
    public static final Set<Operation> CHANGES =
            ALL.stream().filter(Operation::changes).collect(Collectors.toUnmodifiableSet());

    /** Number of random outcomes of a loss of power to try. */
    private static final int CHANCES = 4;

    private Points() {}

    /** Total number of operations of some kinds. */
    public static int total(Map<Operation, Integer> counts, Set<Operation> operations) {
        return operations.stream().mapToInt(counts::get).sum();
    }

    /**
     * Every fault at every operation that it can affect.
     *
     * @param counts number of operations of each kind in a run without a fault
     */
    public static List<Point> of(Map<Operation, Integer> counts) {
        List<Point> all = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            if (fault == Fault.POWER_LOSS) {
                int n = total(counts, CHANGES);
                for (Survival survival : Survival.values()) {
                    for (int chance = 0; chance < (survival == Survival.SOME ? CHANCES : 1); chance++) {
                        add(all, fault, CHANGES, n, survival, chance);
                    }
                }
            } else if (fault == Fault.DEVICE_GONE) {
                add(all, fault, ALL, total(counts, ALL), null, 0);
            } else if (fault == Fault.DISK_STAYS_FULL) {
                add(all, fault, fault.operations(), total(counts, fault.operations()), null, 0);
            } else {
                for (Operation operation : fault.operations()) {
                    add(all, fault, EnumSet.of(operation), counts.get(operation), null, 0);
                }
            }
        }
        return all;
    }

    private static void add(
            List<Point> all, Fault fault, Set<Operation> operations, int count, Survival survival, int seed) {
        for (int n = 1; n <= count; n++) {
            all.add(new Point(fault, operations, n, survival, seed));
        }
    }
}
