package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Groups and kernels of attention on tensor cores, and the devices on which it runs. */
class TensorAttentionPlanTest {
    private static final TensorAttention.Form SPLIT = TensorAttention.Form.SPLIT;
    private static final TensorAttention.Form HALF = TensorAttention.Form.HALF;

    private static TensorAttention plan(long batch, long queries, long depth, long width) {
        return new TensorAttention(SPLIT, batch, queries, depth, width);
    }

    @Test
    void aGroupHas64QueriesAnd64Columns() {
        assertThat(plan(1, 1, 1, 1).launch()).isEqualTo(new LaunchPlan(1, 128, 49_928));
        assertThat(plan(192, 512, 64, 64).launch().groups()).isEqualTo(192 * 8);
        assertThat(plan(192, 513, 64, 65).launch().groups()).isEqualTo(192 * 9 * 2);
        assertThat(plan(1L << 40, 64, 64, 64).launch().groups()).isEqualTo(LaunchPlan.MAX_GROUPS);
        assertThat(new TensorAttention(HALF, 1, 64, 64, 64).launch().sharedBytes())
                .isEqualTo(25_352);
    }

    @Test
    void aDepthOfSeveralSlicesHasItsOwnKernel() {
        assertThat(plan(1, 1, 0, 1).kernel().name()).isEqualTo("attention_split");
        assertThat(plan(1, 1, 64, 1).kernel().name()).isEqualTo("attention_split");
        assertThat(plan(1, 1, 65, 1).kernel().name()).isEqualTo("attention_split_deep");
        assertThat(new TensorAttention(HALF, 1, 1, 65, 1).kernel())
                .isEqualTo(new Kernel("attention_tensor", "attention_half_deep"));
    }

    /** The gate is an argument of the kernel; on other devices its product with the bias is computed first. */
    @Test
    void theDeviceDecides() {
        FakeDevice device = new FakeDevice(1L << 30);
        DeviceBackend b = new DeviceBackend(device, 1L << 30);
        View x = b.allocate(DType.F32, Shape.of(1, 2, 5, 8));
        View bias = b.allocate(DType.F32, Shape.of(1, 2, 5, 5));
        View gate = b.allocate(DType.F32, Shape.of(1, 2, 5, 1));
        device.all.clear();
        b.gatedAttention(x, x, x, bias, gate, 1, x);
        assertThat(launched(device)).containsExactly("binary_mul", "attention");
        for (TensorAttention.Form form : TensorAttention.Form.values()) {
            device.all.clear();
            device.offered.clear();
            device.offered.add(form.kernel(false));
            b.gatedAttention(x, x, x, bias, gate, 1, x);
            b.attention(x, x, x, null, 1, x);
            String name = form.kernel(false).name();
            assertThat(launched(device)).containsExactly(name, name);
        }
    }

    private static List<String> launched(FakeDevice device) {
        return device.all.stream().map(l -> l.kernel().name()).toList();
    }

    /** Only rows that begin at multiples of 16 bytes are copied 16 bytes at a time. */
    @Test
    void alignmentIsThatOfRows() {
        FakeDevice device = new FakeDevice(1L << 30);
        device.offered.add(SPLIT.kernel(false));
        DeviceBackend b = new DeviceBackend(device, 1L << 30);
        View aligned = b.allocate(DType.F32, Shape.of(2, 8, 8));
        View shifted = b.allocate(DType.F32, Shape.of(2, 8, 12)).slice(2, 1, 8, 1);
        View transposed = aligned.transpose(1, 2);
        b.attention(aligned, shifted, transposed, null, 1, b.allocate(DType.F32, Shape.of(2, 8, 8)));
        List<Argument> arguments = device.all.getLast().arguments();
        long[] members = ((Argument.Struct) arguments.get(8)).members();
        assertThat(members).hasSize(20);
        // Alignment of queries, keys and values, then whether there are a bias and a gate.
        assertThat(List.of(members[15], members[16], members[17], members[18], members[19]))
                .containsExactly(1L, 0L, 0L, 0L, 0L);
    }
}
