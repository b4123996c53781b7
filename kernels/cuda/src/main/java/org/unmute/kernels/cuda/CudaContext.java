package org.unmute.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.Kernel;

/** A device with its loaded kernels. All backends on the device share it until the process ends. */
final class CudaContext {
    private static final Map<Integer, CudaContext> OPEN = new ConcurrentHashMap<>();
    private static final int LOG_BYTES = 16 << 10;

    private final CudaDevices.DeviceInfo found;
    private final CUcontext context = new CUcontext();
    private final Map<String, CUmodule> modules = new HashMap<>();
    private final Map<Kernel, CUfunction> functions = new HashMap<>();
    /** Max dynamic shared memory that each kernel was set to, where it was. */
    private final Map<Kernel, Integer> asked = new HashMap<>();

    private CublasLibrary products;
    private Cublas cublas;

    private CudaContext(CudaDevices.DeviceInfo found) {
        this.found = found;
        JCudaDriver.cuDevicePrimaryCtxRetain(context, found.device());
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
        JCudaDriver.cuCtxSetCurrent(context);
    }

    /** The cuBLAS that runs on this device, or why none does. The context must be current on the calling thread. */
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
     * Loads a kernel for launches whose groups share {@code sharedBytes} beyond its static arrays. A kernel must be
     * told so if both together are over 48 KiB; the driver refuses what the device does not have.
     */
    CUfunction function(Kernel kernel, int sharedBytes) {
        CUfunction f = function(kernel);
        if (sharedBytes > 0) {
            synchronized (functions) {
                if (asked.getOrDefault(kernel, 0) < sharedBytes) {
                    JCudaDriver.cuFuncSetAttribute(
                            f, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes);
                    asked.put(kernel, sharedBytes);
                }
            }
        }
        return f;
    }

    /** Loads a kernel. */
    CUfunction function(Kernel kernel) {
        synchronized (functions) {
            return functions.computeIfAbsent(kernel, k -> {
                CUmodule module = modules.computeIfAbsent(k.family(), family -> load(k, Ptx.text(family)));
                CUfunction f = new CUfunction();
                JCudaDriver.cuModuleGetFunction(f, module, k.name());
                return f;
            });
        }
    }

    private CUmodule load(Kernel kernel, String ptx) {
        JITOptions options = new JITOptions();
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        CUmodule module = new CUmodule();
        try {
            JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to((ptx + "\0").getBytes(StandardCharsets.UTF_8)), options);
            return module;
        } catch (CudaException e) {
            throw new DeviceException(
                    "cuda: the PTX of kernel " + kernel + " does not load on " + found.description() + ": "
                            + e.getMessage() + "\n"
                            + options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER)
                                    .strip(),
                    e);
        }
    }
}
