package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Controls the stand-in driver that this process runs on, see {@code standin.c}. */
final class StandInControl {
    private static final int MAX_SAID = 16 << 10;

    @SuppressWarnings("restricted") // A library of this project.
    private static final SymbolLookup DRIVER = SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());

    private StandInControl() {}

    @SuppressWarnings("restricted") // Calls a library of this project.
    private static MethodHandle function(String name, MemoryLayout... parameters) {
        return Linker.nativeLinker()
                .downcallHandle(DRIVER.find(name).orElseThrow(), FunctionDescriptor.ofVoid(parameters));
    }

    /** Simulates another device and driver, without faults. */
    static void device(int capability, int driver) {
        try {
            function("standin_device", JAVA_INT, JAVA_INT).invokeExact(capability, driver);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Makes the next call of a function fail. */
    static void fail(String call, int error) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(call);
            function("standin_fail", ADDRESS, JAVA_INT, JAVA_INT).invokeExact(name, 1, error);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** From now on a launch occupies the device for this long. */
    static void busy(int millis) {
        try {
            function("standin_busy", JAVA_INT).invokeExact(millis);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Simulates that other processes hold all but this much of the device's memory. */
    static void free(int bytes) {
        try {
            function("standin_free", JAVA_INT).invokeExact(bytes);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** The reasons for its refusals since the last call. */
    static String said() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(MAX_SAID);
            function("standin_said", ADDRESS, JAVA_INT).invokeExact(text, MAX_SAID);
            return text.getString(0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
