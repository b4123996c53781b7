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
 * Keeps the virtual machine's signal handlers while a driver starts or builds. A driver that holds LLVM, such as PoCL,
 * puts its crash handlers in place of whatever is there, at the latest when they first write a temporary file. The
 * virtual machine lives on SIGSEGV: a null pointer in compiled code and a loop's stop at a safepoint are faults that
 * its handler turns into what the program expects. LLVM's handler gives up at the first fault and puts the former one
 * back, but between the two the system's default is in force, and a second thread that faults in these microseconds
 * ends the process without a word (exit status 139). Interrupt and termination, which run shutdown hooks, are taken
 * over as well.
 *
 * <p>LLVM installs its handlers once and believes them to be there from then on, so putting back what was there, at
 * once, settles it. On a system without {@code sigaction} (Windows) or without Java's foreign calls nothing is done.
 */
final class SignalHandlers {
    /** Signals of POSIX, 1 to 31, by number; the few that cannot be handled refuse and are passed over. */
    private static final int LAST = 31;
    /**
     * Room for a {@code struct sigaction} of any system: 152 bytes on 64-bit Linux, fewer elsewhere. It is never looked
     * into.
     */
    private static final long ROOM = 256;

    private final MethodHandle sigaction;

    private SignalHandlers(MethodHandle sigaction) {
        this.sigaction = sigaction;
    }

    /** The C library's handlers; none where it has no {@code sigaction} or Java cannot call it. */
    @SuppressWarnings("restricted") // sigaction with the parameters that POSIX gives it.
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
     * Runs something that may replace signal handlers, and puts those that it replaced back. A handler that another
     * thread of this program sets meanwhile is lost, so this is for a driver's few long calls, not for each.
     *
     * @throws IllegalCallerException if the virtual machine was started without leave for native code
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

    /** What is done at a signal, in the C library's bytes; zeros where the system does not tell. */
    MemorySegment read(int signal, Arena arena) {
        MemorySegment action = arena.allocate(ROOM);
        set(signal, MemorySegment.NULL, action);
        return action;
    }

    /**
     * Sets what is done at a signal, if {@code action} is not null, and gives what was done before, if {@code former}
     * is not.
     */
    void set(int signal, MemorySegment action, MemorySegment former) {
        try {
            int _ = (int) sigaction.invokeExact(signal, action, former);
        } catch (Throwable e) {
            throw new AssertionError("a call of the C library that throws nothing", e);
        }
    }
}
