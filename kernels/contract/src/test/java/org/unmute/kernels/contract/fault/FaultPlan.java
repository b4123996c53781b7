package org.unmute.kernels.contract.fault;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * One fault at one place: the n-th among operations of certain kinds on files below a folder. The plan of the process
 * is the last one passed to {@link #install}; without one, nothing fails. Thread-safe.
 */
public final class FaultPlan {
    private static volatile FaultPlan installed;

    private final Path folder;
    private final Fault fault;
    private final Set<Operation> operations;
    private final int number;
    private final VolatileDisk disk;
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicIntegerArray byKind = new AtomicIntegerArray(Operation.values().length);
    private volatile boolean fired;
    private volatile boolean powerLost;
    private volatile String where = "nowhere";
    private volatile Path path;

    /**
     * @param folder operations elsewhere are neither counted nor changed
     * @param operations kinds of operations that are counted
     * @param number index of the failing operation, from 1
     * @param disk is notified of every change, to determine what survives a loss of power; null if none is planned
     */
    public FaultPlan(Path folder, Fault fault, Set<Operation> operations, int number, VolatileDisk disk) {
        this.folder = plain(folder);
        this.fault = fault;
        this.operations = operations;
        this.number = number;
        this.disk = disk;
    }

    /** A plan without a fault, which counts operations. */
    public static FaultPlan counting(Path folder) {
        return new FaultPlan(folder, Fault.IO_ERROR, Set.of(), 0, null);
    }

    /** Makes a plan the current one of this process; null removes it. */
    public static void install(FaultPlan plan) {
        installed = plan;
    }

    public static FaultPlan installed() {
        return installed;
    }

    /** Whether the fault has occurred. */
    public boolean fired() {
        return fired;
    }

    /** Number of operations of a kind so far. */
    public int seen(Operation operation) {
        return byKind.get(operation.ordinal());
    }

    /** The operation that failed, for messages. */
    public String where() {
        return where;
    }

    /** The file whose operation failed; null before the fault. */
    public Path path() {
        return path;
    }

    public VolatileDisk disk() {
        return disk;
    }

    /** The path in the operating system's file system. */
    public static Path plain(Path path) {
        return FaultPath.unwrap(path.toAbsolutePath().normalize());
    }

    private boolean covers(Path real) {
        return real != null && plain(real).startsWith(folder);
    }

    /**
     * Called before an operation on a path.
     *
     * @throws FileSystemException if the operation fails
     */
    static void before(Operation operation, Path real) throws IOException {
        FaultPlan plan = installed;
        if (plan != null && plan.strikes(operation, real)) {
            throw new FileSystemException(real.toString(), null, plan.fault.reason());
        }
    }

    /**
     * Called before a transfer of bytes.
     *
     * @return how many bytes to transfer, which is {@code bytes} if there is no fault
     * @throws Torn if some bytes are transferred before the operation fails
     */
    static int transfer(Operation operation, Path real, int bytes) throws IOException {
        FaultPlan plan = installed;
        if (plan == null || !plan.strikes(operation, real)) {
            return bytes;
        }
        return switch (plan.fault) {
            case SHORT -> Math.max(1, bytes / 2);
            case INTERRUPTED -> throw new ClosedByInterruptException();
            default -> throw new Torn(plan.fault.reason(), plan.tears(operation) ? bytes / 2 : 0);
        };
    }

    /**
     * Called before an operation of a channel, whose errors do not name the file.
     *
     * @throws IOException if the operation fails
     */
    static void inChannel(Operation operation, Path real) throws IOException {
        FaultPlan plan = installed;
        if (plan != null && plan.strikes(operation, real)) {
            if (plan.fault == Fault.INTERRUPTED) {
                throw new ClosedByInterruptException();
            }
            throw new IOException(operation == Operation.MAP ? "Map failed" : plan.fault.reason());
        }
    }

    /**
     * Whether some bytes of the failing write are written, which happens once, and only while the machine has power.
     */
    private boolean tears(Operation operation) {
        return operation == Operation.WRITE && fault != Fault.POWER_LOSS && seen.get() == number;
    }

    private boolean strikes(Operation operation, Path real) {
        if (!covers(real)) {
            return false;
        }
        byKind.incrementAndGet(operation.ordinal());
        if (powerLost) {
            return true;
        }
        if (!operations.contains(operation) || !fault.operations().contains(operation)) {
            return false;
        }
        int now = seen.incrementAndGet();
        if (now != number && !(fault.lasting() && now > number)) {
            return false;
        }
        if (!fired) {
            where = operation + " " + number + ", " + folder.relativize(plain(real));
            path = real;
            fired = true;
        }
        if (fault == Fault.POWER_LOSS) {
            powerLost = true;
        }
        return true;
    }

    /** A write that fails after writing some of its bytes. */
    static final class Torn extends IOException {
        private static final long serialVersionUID = 1;

        private final int transferred;

        Torn(String message, int transferred) {
            super(message);
            this.transferred = transferred;
        }

        int transferred() {
            return transferred;
        }
    }
}
