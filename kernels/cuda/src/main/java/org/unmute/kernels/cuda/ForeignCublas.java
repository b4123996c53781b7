package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.function.ToLongFunction;
import jcuda.CudaException;
import org.unmute.kernels.device.DeviceMemory;

/** cuBLAS of CUDA 12 or newer through the JDK's foreign functions, restricted to the few calls used here. */
final class ForeignCublas implements Cublas {
    private static final int MAJOR = 0;
    private static final int MINOR = 1;
    private static final int POINTER_MODE_HOST = 0;
    private static final int ATOMICS_NOT_ALLOWED = 0;
    /** Mode for float32 products without rounding of operands. */
    private static final int DEFAULT_MATH = 0;

    private static final int NOT_TRANSPOSED = 0;
    private static final int TRANSPOSED = 1;
    private static final long MAX_NAME = 256;
    private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_FLOAT, 1);
    private static final MemorySegment ZERO = Arena.global().allocateFrom(JAVA_FLOAT, 0);

    private final Functions functions;
    private final ToLongFunction<DeviceMemory> address;
    private final MemorySegment handle;

    /** The functions of a library; all but {@code statusName} return a status. */
    private record Functions(
            MethodHandle property,
            MethodHandle create,
            MethodHandle setPointerMode,
            MethodHandle setAtomicsMode,
            MethodHandle setMathMode,
            MethodHandle multiply,
            MethodHandle statusName) {
        Functions(SymbolLookup library) {
            this(
                    status(library, "cublasGetProperty", JAVA_INT, ADDRESS),
                    status(library, "cublasCreate_v2", ADDRESS),
                    status(library, "cublasSetPointerMode_v2", ADDRESS, JAVA_INT),
                    status(library, "cublasSetAtomicsMode", ADDRESS, JAVA_INT),
                    status(library, "cublasSetMathMode", ADDRESS, JAVA_INT),
                    status(
                            library,
                            "cublasSgemmStridedBatched_64",
                            ADDRESS,
                            JAVA_INT,
                            JAVA_INT,
                            JAVA_LONG,
                            JAVA_LONG,
                            JAVA_LONG,
                            ADDRESS,
                            JAVA_LONG,
                            JAVA_LONG,
                            JAVA_LONG,
                            JAVA_LONG,
                            JAVA_LONG,
                            JAVA_LONG,
                            ADDRESS,
                            JAVA_LONG,
                            JAVA_LONG,
                            JAVA_LONG,
                            JAVA_LONG),
                    bind(library, "cublasGetStatusName", FunctionDescriptor.of(ADDRESS, JAVA_INT)));
        }

        private static MethodHandle status(SymbolLookup library, String name, MemoryLayout... parameters) {
            return bind(library, name, FunctionDescriptor.of(JAVA_INT, parameters));
        }

        @SuppressWarnings("restricted") // Calls a library according to its documentation.
        private static MethodHandle bind(SymbolLookup library, String name, FunctionDescriptor type) {
            MemorySegment function = library.find(name)
                    .orElseThrow(() -> new CudaException("it has no " + name + ", which is in CUDA 12 and newer"));
            return Linker.nativeLinker().downcallHandle(function, type);
        }
    }

    /** A call that returns a status. */
    private interface Call {
        int run() throws Throwable;
    }

    private ForeignCublas(Functions functions, ToLongFunction<DeviceMemory> address) {
        this.functions = functions;
        this.address = address;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment created = arena.allocate(ADDRESS);
            check(functions, () -> (int) functions.create.invokeExact(created));
            handle = created.get(ADDRESS, 0);
        }
        check(functions, () -> (int) functions.setPointerMode.invokeExact(handle, POINTER_MODE_HOST));
        check(functions, () -> (int) functions.setAtomicsMode.invokeExact(handle, ATOMICS_NOT_ALLOWED));
        check(functions, () -> (int) functions.setMathMode.invokeExact(handle, DEFAULT_MATH));
    }

    /**
     * Binds the functions of a loaded library and queries its version.
     *
     * @param file name of the library for users
     */
    static CublasLibrary load(SymbolLookup library, String file) {
        try (Arena arena = Arena.ofConfined()) {
            Functions functions = new Functions(library);
            MemorySegment value = arena.allocate(JAVA_INT);
            int[] version = new int[2];
            for (int which : new int[] {MAJOR, MINOR}) {
                check(functions, () -> (int) functions.property.invokeExact(which, value));
                version[which] = value.get(JAVA_INT, 0);
            }
            return new CublasLibrary(
                    version[MAJOR] + "." + version[MINOR], file, "", address -> new ForeignCublas(functions, address));
        } catch (CudaException e) {
            return CublasLibrary.missing(file + " cannot be used, " + e.getMessage());
        }
    }

    @Override
    public synchronized void multiply(CublasGemm g) {
        check(functions, () -> (int) functions.multiply.invokeExact(
                handle,
                operation(g.first()),
                operation(g.second()),
                g.rows(),
                g.columns(),
                g.inner(),
                ONE,
                g.first().address(address),
                g.first().leading(),
                g.first().stride(),
                g.second().address(address),
                g.second().leading(),
                g.second().stride(),
                ZERO,
                g.result().address(address),
                g.result().leading(),
                g.result().stride(),
                g.batch()));
    }

    private static int operation(CublasGemm.Matrix m) {
        return m.transposed() ? TRANSPOSED : NOT_TRANSPOSED;
    }

    private static void check(Functions functions, Call call) {
        try {
            int status = call.run();
            if (status != 0) {
                throw new CudaException(name(functions, status));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("cuda: a call of cuBLAS failed: " + e, e);
        }
    }

    @SuppressWarnings("restricted") // Reads a name that cuBLAS returns.
    private static String name(Functions functions, int status) throws Throwable {
        MemorySegment name = (MemorySegment) functions.statusName.invokeExact(status);
        return name.equals(MemorySegment.NULL)
                ? "status " + status
                : name.reinterpret(MAX_NAME).getString(0);
    }
}
