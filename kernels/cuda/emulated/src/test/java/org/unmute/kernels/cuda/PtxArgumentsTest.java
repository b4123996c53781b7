package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Kernels of the {@code .cu} files that are not variants get the arguments that their PTX declares. Nothing is run. */
class PtxArgumentsTest {
    private final Set<String> launched = new HashSet<>();

    @AfterEach
    void asItWas() {
        System.clearProperty(TensorChoice.PROPERTY);
    }

    /** A device that checks the arguments of launches and runs nothing. */
    private Device device(Precision precision) {
        ShimDevice memory = new ShimDevice(precision);
        return (Device) Proxy.newProxyInstance(
                Device.class.getClassLoader(), new Class<?>[] {Device.class}, (_, method, given) -> {
                    if (method.getName().equals("launch")) {
                        check((Kernel) given[0], (LaunchPlan) given[1], (List<?>) given[2]);
                        return given[0];
                    }
                    try {
                        return method.invoke(memory, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void check(Kernel kernel, LaunchPlan plan, List<?> arguments) {
        if (CudaKernels.ALL.containsKey(kernel)) {
            launched.add(kernel.name());
            List<Integer> bytes = Ptx.parameterBytes(Ptx.text(kernel.family())).get(kernel.name());
            new CudaContext.Function(kernel, null, bytes, new AtomicInteger())
                    .require(arguments.stream().map(Argument.class::cast).toList());
            assertThat(plan.sharedBytes())
                    .as("shared bytes of " + kernel)
                    .isEqualTo(CudaKernels.ALL.get(kernel).sharedBytes());
        }
    }

    private static Set<String> kernels(String family) {
        return CudaKernels.ALL.keySet().stream()
                .filter(k -> k.family().equals(family))
                .map(Kernel::name)
                .collect(Collectors.toSet());
    }

    @Test
    void packedProducts() {
        System.setProperty(TensorChoice.PROPERTY, "always");
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            try (DeviceBackend b = new DeviceBackend(device(precision), 1L << 30)) {
                for (int[] s : new int[][] {{5, 7, 9}, {64, 5000, 64}, {2000, 20, 2040}}) {
                    View a = b.allocateForResult(DType.F32, Shape.of(s[0], s[1]));
                    View c = b.allocateForResult(DType.F32, Shape.of(s[1], s[2]));
                    b.matmul(a, c, b.allocateForResult(DType.F32, Shape.of(s[0], s[2])));
                }
            }
        }
        assertThat(launched).isEqualTo(kernels("matmul_packed"));
    }

    @Test
    void attention() {
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            try (DeviceBackend b = new DeviceBackend(device(precision), 1L << 30)) {
                for (int depth : new int[] {64, 65}) {
                    View x = b.allocateForResult(DType.F32, Shape.of(2, 3, 70, depth));
                    View bias = b.allocateForResult(DType.F32, Shape.of(2, 3, 70, 70));
                    View gate = b.allocateForResult(DType.F32, Shape.of(2, 3, 70, 1));
                    View out = b.allocateForResult(DType.F32, x.shape());
                    b.attention(x, x, x, null, 1, out);
                    b.gatedAttention(x, x, x, bias, gate, 1, out);
                }
            }
        }
        assertThat(launched).isEqualTo(kernels("attention_tensor"));
    }
}
