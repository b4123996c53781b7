package org.unmute.kernels.contract.fault;

import java.util.EnumSet;
import java.util.Set;

/** What goes wrong with an operation. */
public enum Fault {
    /** The device fails once. */
    IO_ERROR("Input/output error", false, EnumSet.allOf(Operation.class)),
    /** The device fails from then on: whatever the operation, it ends with an error. */
    DEVICE_GONE("Input/output error", true, EnumSet.allOf(Operation.class)),
    /** No room is left for this operation; the next one finds some. */
    DISK_FULL(
            "No space left on device",
            false,
            EnumSet.of(Operation.CREATE, Operation.WRITE, Operation.FORCE, Operation.RENAME, Operation.FOLDER)),
    /** No room is left from then on. */
    DISK_STAYS_FULL("No space left on device", true, EnumSet.of(Operation.CREATE, Operation.WRITE, Operation.FOLDER)),
    /** Fewer bytes are transferred than were asked for, which is allowed. */
    SHORT("", false, EnumSet.of(Operation.READ, Operation.WRITE)),
    /** The thread is interrupted, which closes the channel. */
    INTERRUPTED("", false, EnumSet.of(Operation.READ, Operation.WRITE, Operation.FORCE, Operation.MAP)),
    /** The machine loses its power before the operation: nothing that follows reaches the device. */
    POWER_LOSS("Input/output error", true, EnumSet.allOf(Operation.class));

    private final String reason;
    private final boolean lasting;
    private final Set<Operation> operations;

    Fault(String reason, boolean lasting, Set<Operation> operations) {
        this.reason = reason;
        this.lasting = lasting;
        this.operations = operations;
    }

    /** What the operating system says. */
    public String reason() {
        return reason;
    }

    /** Whether later operations fail, too. */
    public boolean lasting() {
        return lasting;
    }

    /** The operations that it can happen to. */
    public Set<Operation> operations() {
        return operations;
    }
}
