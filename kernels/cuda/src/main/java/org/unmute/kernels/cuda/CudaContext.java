package org.unmute.kernels.cuda;

import static org.unmute.kernels.cuda.CudaResult.check;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.Kernel;

/** A device and its loaded kernels. All backends on the device share the context until the process ends. */
final class CudaContext {
    private static final Map<Integer, CudaContext> OPEN = new ConcurrentHashMap<>();
    private static final int LOG_BYTES = 16 << 10;

    private final CudaDevices.DeviceInfo found;
    private final CUcontext context = new CUcontext();
    private final Map<String, Module> modules = new HashMap<>();
    private final Map<Kernel, Function> functions = new HashMap<>();
    private CublasLibrary products;
    private Cublas cublas;

    /**
     * The loaded kernels of a family.
     *
     * @param parameterBytes size of each parameter, by kernel name
     */
    record Module(CUmodule handle, Map<String, List<Integer>> parameterBytes) {}

    /** Opens a device. */
    CudaContext(CudaDevices.DeviceInfo found) {
        this.found = found;
        calling("opening it", () -> check(JCudaDriver.cuDevicePrimaryCtxRetain(context, found.device())));
    }

    /** The context of device number {@code index}. */
    static CudaContext of(int index) {
        return OPEN.computeIfAbsent(
                index, i -> new CudaContext(CudaDevices.get().devices().get(i)));
    }

    CudaDevices.DeviceInfo found() {
        return found;
    }

    /** Makes the context current on the calling thread. */
    void enter() {
        calling("entering its context", () -> check(JCudaDriver.cuCtxSetCurrent(context)));
    }

    /** Runs calls of the driver. An error names the operation and the device, and gives advice. */
    void calling(String what, Runnable calls) {
        try {
            calls.run();
        } catch (CudaException e) {
            throw failure(what, e);
        }
    }

    private DeviceException failure(String what, CudaException e) {
        return new DeviceException(
                "cuda: " + what + " failed on " + found.description() + ": " + CudaResult.explain(e), e);
    }

    /**
     * The cuBLAS that runs on this device, or the reason why none does. The context must be current on the calling
     * thread.
     */
    synchronized CublasLibrary products() {
        if (products == null) {
            products = CublasLibrary.find();
            if (products.isAvailable()) {
                try {
                    cublas = products.opening().apply(CudaDevice::address);
                } catch (CudaException e) {
                    products = CublasLibrary.missing(
                            products.source() + " does not start on this device, " + e.getMessage());
                }
            }
        }
        return products;
    }

    /** cuBLAS, if it runs on this device. The context must be current on the calling thread. */
    Optional<Cublas> cublas() {
        return products().isAvailable() ? Optional.of(cublas) : Optional.empty();
    }

    /**
     * A loaded kernel.
     *
     * @param parameterBytes size of each parameter
     * @param sharedBytes maximum dynamic shared memory that the kernel is set to
     */
    record Function(Kernel kernel, CUfunction handle, List<Integer> parameterBytes, AtomicInteger sharedBytes) {
        /**
         * Compares arguments with the parameters. The driver does not know the sizes of arguments and copies as many
         * bytes as the PTX declares from the given addresses.
         *
         * @throws DeviceException if they differ
         */
        void require(List<Argument> arguments) {
            List<Integer> bytes = arguments.stream().map(Function::bytes).toList();
            if (!bytes.equals(parameterBytes)) {
                throw new DeviceException(
                        "cuda: kernel " + kernel + " takes parameters of " + parameterBytes
                                + " bytes, but its arguments have "
                                + bytes + ": its PTX was built from another source: run"
                                + " kernels/cuda/build-ptx",
                        null);
            }
        }

        private static int bytes(Argument argument) {
            return switch (argument) {
                case Argument.Pointer _, Argument.Int64 _ -> Long.BYTES;
                case Argument.Float32 _, Argument.Int32 _ -> Integer.BYTES;
                case Argument.Struct s -> Long.BYTES * s.members().length;
            };
        }
    }

    /**
     * Loads a kernel for launches whose groups share {@code sharedBytes} beyond its static arrays. If both together
     * exceed 48 KiB, the kernel must be configured for that; the driver refuses more than the device has. The context
     * must be current on the calling thread.
     */
    Function function(Kernel kernel, int sharedBytes) {
        synchronized (functions) {
            Function f = functions.computeIfAbsent(kernel, this::find);
            if (sharedBytes > f.sharedBytes().get()) {
                check(JCudaDriver.cuFuncSetAttribute(
                        f.handle(), CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes));
                f.sharedBytes().set(sharedBytes);
            }
            return f;
        }
    }

    private Function find(Kernel kernel) {
        Module module = modules.computeIfAbsent(kernel.family(), family -> load(kernel, Ptx.text(family)));
        CUfunction handle = new CUfunction();
        check(JCudaDriver.cuModuleGetFunction(handle, module.handle(), kernel.name()));
        return new Function(kernel, handle, module.parameterBytes().get(kernel.name()), new AtomicInteger());
    }

    /** The driver compiles the PTX here, and logs what it cannot compile. */
    Module load(Kernel kernel, String ptx) {
        JITOptions options = new JITOptions();
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        CUmodule module = new CUmodule();
        Pointer text = Pointer.to((ptx + "\0").getBytes(StandardCharsets.UTF_8));
        try {
            check(JCudaDriver.cuModuleLoadDataJIT(module, text, options));
            return new Module(module, Ptx.parameterBytes(ptx));
        } catch (CudaException e) {
            String log = options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER)
                    .replace("\0", "")
                    .strip();
            throw new DeviceException(
                    "cuda: kernel " + kernel + " does not load on " + found.description() + ": " + CudaResult.explain(e)
                            + "\n" + (log.isEmpty() ? "(the driver left no log)" : log),
                    e);
        }
    }
}
