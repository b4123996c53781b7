package org.unmute.kernels.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Preserves the JVM's signal handlers while a driver starts or builds. A driver that contains LLVM, such as PoCL,
 * installs crash handlers in place of the existing ones when it first writes a temporary file, if not earlier. The JVM
 * depends on SIGSEGV: null checks and safepoint polls of compiled code are faults that its handler resolves. LLVM's
 * handler restores the former one at the first fault, but meanwhile the system default is in force, and a second thread
 * that faults within these microseconds ends the process silently (exit status 139). SIGINT and SIGTERM, which run
 * shutdown hooks, are replaced as well.
 *
 * <p>LLVM installs its handlers once and never checks them again, so restoring the former ones right away is enough.
 * Without {@code sigaction} (on Windows) or Java's foreign function API nothing is done.
 */
final class SignalHandlers {
    /** POSIX signals are 1 to 31; sigaction fails for the few that cannot be handled. */
    private static final int LAST = 31;
    /**
     * At least the size of {@code struct sigaction} on any system: 152 bytes on 64-bit Linux, fewer elsewhere. Its
     * contents are treated as opaque.
     */
    private static final long STRUCT_BYTES = 256;

    private final MethodHandle sigaction;

    private SignalHandlers(MethodHandle sigaction) {
        this.sigaction = sigaction;
    }

    /** Access to {@code sigaction}; empty if the C library lacks it or Java cannot call it. */
    @SuppressWarnings("restricted") // These are the parameters that POSIX defines.
    static Optional<SignalHandlers> find() {
        Linker linker;
        try {
            linker = Linker.nativeLinker();
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
        return linker.defaultLookup()
                .find("sigaction")
                .map(a -> new SignalHandlers(linker.downcallHandle(
                        a,
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS))));
    }

    /**
     * Runs code that may replace signal handlers, then restores them. A handler that another thread installs meanwhile
     * is lost, so use this only for the few long calls of a driver.
     *
     * @throws IllegalCallerException if the JVM does not allow native access
     */
    static synchronized <T> T kept(Supplier<T> body) {
        Optional<SignalHandlers> handlers = find();
        return handlers.isPresent() ? handlers.get().restoredAfter(body) : body.get();
    }

    private <T> T restoredAfter(Supplier<T> body) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] before = new MemorySegment[LAST + 1];
            for (int s = 1; s <= LAST; s++) {
                before[s] = read(s, arena);
            }
            try {
                return body.get();
            } finally {
                for (int s = 1; s <= LAST; s++) {
                    if (read(s, arena).mismatch(before[s]) >= 0) {
                        set(s, before[s], MemorySegment.NULL);
                    }
                }
            }
        }
    }

    /** The action of a signal, as the bytes of {@code struct sigaction}; zeros if it cannot be read. */
    MemorySegment read(int signal, Arena arena) {
        MemorySegment action = arena.allocate(STRUCT_BYTES);
        set(signal, MemorySegment.NULL, action);
        return action;
    }

    /**
     * Sets the action of a signal if {@code action} is not null, and stores the former one if {@code former} is not
     * null.
     */
    void set(int signal, MemorySegment action, MemorySegment former) {
        try {
            int _ = (int) sigaction.invokeExact(signal, action, former);
        } catch (Throwable e) {
            throw new AssertionError("sigaction throws nothing", e);
        }
    }
}
