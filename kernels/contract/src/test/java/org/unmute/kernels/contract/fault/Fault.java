package org.unmute.kernels.contract.fault;

import java.util.EnumSet;
import java.util.Set;

/** A failure of an operation. */
public enum Fault {
    /** The device fails once. */
    IO_ERROR("Input/output error", false, EnumSet.allOf(Operation.class)),
    /** The device fails from then on: every later operation ends with an error. */
    DEVICE_GONE("Input/output error", true, EnumSet.allOf(Operation.class)),
    /** There is no room for this operation, but there is for the next one. */
    DISK_FULL(
            "No space left on device",
            false,
            EnumSet.of(Operation.CREATE, Operation.WRITE, Operation.FORCE, Operation.RENAME, Operation.FOLDER)),
    /** There is no room from then on. */
    DISK_STAYS_FULL("No space left on device", true, EnumSet.of(Operation.CREATE, Operation.WRITE, Operation.FOLDER)),
    /** Fewer bytes are transferred than requested, which is allowed. */
    SHORT("", false, EnumSet.of(Operation.READ, Operation.WRITE)),
    /** The thread is interrupted, which closes the channel. */
    INTERRUPTED("", false, EnumSet.of(Operation.READ, Operation.WRITE, Operation.FORCE, Operation.MAP)),
    /** The machine loses power before the operation: no later change reaches the device. */
    POWER_LOSS("Input/output error", true, EnumSet.allOf(Operation.class));

    private final String reason;
    private final boolean lasting;
    private final Set<Operation> operations;

    Fault(String reason, boolean lasting, Set<Operation> operations) {
        this.reason = reason;
        this.lasting = lasting;
        this.operations = operations;
    }

    /** The message of the operating system. */
    public String reason() {
        return reason;
    }

    /** Whether later operations fail too. */
    public boolean lasting() {
        return lasting;
    }

    /** The operations that this fault can affect. */
    public Set<Operation> operations() {
        return operations;
    }
}
