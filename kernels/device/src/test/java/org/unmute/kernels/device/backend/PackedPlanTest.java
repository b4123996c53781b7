package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.PackedPlan;
import org.unmute.kernels.device.PackedPlan.Form;
import org.unmute.kernels.device.TensorCores;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile;

/** Checks how products of packed operands are divided, and which kernels are launched for them. */
class PackedPlanTest {
    private static final Kernel WIDE = new Kernel("matmul_packed", "matmul_packed_f32");

    private final FakeDevice device = new FakeDevice(1L << 40);
    private final DeviceBackend backend = new DeviceBackend(device, 1L << 40);

    private static PackedPlan plan(Form form, long batch, long m, long n, long k) {
        return PackedPlan.of(TensorCores.ALWAYS, form, batch, m, n, k).orElseThrow();
    }

    /** The first linear layer of a transformer block, for 16 clips of 512 tokens. */
    @Test
    void largeProductsTakeLargeTiles() {
        PackedPlan f32 = plan(Form.F32, 1, 8192, 3072, 768);
        assertThat(f32.kernel()).isEqualTo(WIDE);
        assertThat(f32.launch()).isEqualTo(new LaunchPlan(64 * 24, 256, 98_304));
        assertThat(f32.parts()).isEqualTo(1);
        assertThat(List.of(f32.slices(), f32.partSlices(), f32.aBlocks(), f32.bBlocks()))
                .containsExactly(48L, 48L, 128L, 48L);
        PackedPlan bf16 = plan(Form.BF16, 1, 8192, 3072, 768);
        assertThat(bf16.kernel().name()).isEqualTo("matmul_packed_bf16");
        assertThat(bf16.launch()).isEqualTo(new LaunchPlan(64 * 12, 256, 98_304));
        assertThat(bf16.slices()).isEqualTo(24);
    }

    @Test
    void smallProductsTakeSmallTiles() {
        PackedPlan plan = plan(Form.F32, 3, 65, 40, 20);
        assertThat(plan.kernel().name()).isEqualTo("matmul_packed_f32_small");
        assertThat(plan.launch()).isEqualTo(new LaunchPlan(6, 256, 49_152));
        assertThat(List.of(plan.slices(), plan.aBlocks(), plan.bBlocks())).containsExactly(2L, 2L, 1L);
        assertThat(plan(Form.BF16, 3, 65, 40, 20).launch()).isEqualTo(new LaunchPlan(6, 256, 32_768));
    }

    /** One clip has too few tiles to keep a device busy, so the inner axis is divided if it is long enough. */
    @Test
    void oneClipDividesTheInnerAxis() {
        PackedPlan back = plan(Form.F32, 1, 512, 768, 3072);
        assertThat(back.parts()).isGreaterThan(1);
        assertThat(back.launch().groups()).isBetween(64, 256);
        PackedPlan few = plan(Form.F32, 1, 64, 64, 8192);
        assertThat(few.parts()).isGreaterThan(4);
        assertThat(plan(Form.F32, 1, 64, 64, 100).parts()).isEqualTo(1);
    }

    @Test
    void partsCoverTheInnerAxisAndNoneIsEmpty() {
        for (Form form : Form.values()) {
            for (long k : new long[] {1, 15, 16, 17, 127, 128, 129, 1000, 3072, 8191, 100_000}) {
                for (long side : new long[] {1, 64, 65, 300, 2000}) {
                    PackedPlan p = plan(form, 1, side, side, k);
                    assertThat(p.partSlices() * p.parts()).isGreaterThanOrEqualTo(p.slices());
                    assertThat(p.partSlices() * (p.parts() - 1)).isLessThan(p.slices());
                }
            }
        }
    }

    /** These are estimates, but they must not change unnoticed, because bits depend on them. */
    @Test
    void sizesDecideWherePackingPays() {
        assertThat(PackedPlan.of(TensorCores.AUTO, Form.F32, 1, 512, 768, 768)).isPresent();
        assertThat(PackedPlan.of(TensorCores.AUTO, Form.F32, 1, 8192, 10, 768)).isEmpty();
        assertThat(PackedPlan.of(TensorCores.AUTO, Form.F32, 1, 8192, 3072, 127))
                .isEmpty();
        assertThat(PackedPlan.of(TensorCores.AUTO, Form.F32, 1, 256, 256, 1023)).isEmpty();
        assertThat(PackedPlan.of(TensorCores.AUTO, Form.F32, 1, 256, 256, 1024)).isPresent();
        assertThat(PackedPlan.of(TensorCores.AUTO, Form.BF16, 1, 512, 768, 768)).isEmpty();
        assertThat(PackedPlan.of(TensorCores.AUTO, Form.BF16, 1, 8192, 768, 768))
                .isPresent();
        assertThat(PackedPlan.of(TensorCores.NEVER, Form.F32, 1, 8192, 3072, 768))
                .isEmpty();
    }

    @Test
    void whatNoPlanCoversIsLeftToOtherKernels() {
        assertThat(PackedPlan.of(TensorCores.ALWAYS, Form.F32, 1, 3, 3, 0)).isEmpty();
        assertThat(PackedPlan.of(TensorCores.ALWAYS, Form.F32, 1, 3, 3, 1L << 31))
                .isEmpty();
        assertThat(PackedPlan.of(TensorCores.ALWAYS, Form.F32, 1L << 23, 3, 3, 1))
                .isEmpty();
        assertThatThrownBy(() -> PackedPlan.of(TensorCores.ALWAYS, Form.F32, 1L << 40, 1L << 40, 1L << 40, 1))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void packedSizesAreWholeSlicesOfWholeBlocks() {
        assertThat(Form.F32.packedSize(1, 1, 1)).isEqualTo(3 * 64 * 16);
        assertThat(Form.F32.packedSize(5, 2, 17)).isEqualTo(5 * 2 * 2 * 3 * 64 * 16);
        assertThat(Form.BF16.packedSize(5, 2, 33)).isEqualTo(5 * 2 * 2 * 64 * 32);
        assertThat(Form.F32.packing(5, 2, 65)).isEqualTo(new LaunchPlan(5 * 2 * 2, 256));
        assertThat(Form.BF16.packing(5, 2, 64)).isEqualTo(new LaunchPlan(5 * 2, 256));
        assertThatThrownBy(() -> Form.F32.packedSize(1L << 40, 1L << 20, 64)).isInstanceOf(ArithmeticException.class);
    }

    private View f(long... sizes) {
        return backend.allocateForResult(DType.F32, Shape.of(sizes));
    }

    private List<WorkProfile.Entry> launches() {
        List<WorkProfile.Entry> entries = backend.profile().entries();
        backend.profile().reset();
        return entries;
    }

    private void offer() {
        for (Form form : Form.values()) {
            device.offered.add(form.multiply(true));
        }
        device.offered.remove(Form.BF16.multiply(true));
    }

    @Test
    void nothingIsPackedWhereTheDeviceDoesNotOfferIt() {
        backend.matmul(f(512, 768), f(768, 768), f(512, 768));
        assertThat(launches()).extracting(WorkProfile.Entry::kernel).containsExactly("matmul_small");
    }

    /** Operations are counted once, with the multiplication; scratch memory is free again. */
    @Test
    void packsMultipliesAndJoins() {
        offer();
        View a = f(512, 3072);
        View w = f(768, 3072);
        View out = f(512, 768);
        long live = backend.liveBytes();
        backend.linear(a, w, null, out);
        assertThat(backend.liveBytes()).isEqualTo(live);
        assertThat(launches())
                .extracting(WorkProfile.Entry::kernel, WorkProfile.Entry::launches, WorkProfile.Entry::operations)
                .containsExactlyInAnyOrder(
                        tuple("pack_f32", 2L, 0L),
                        tuple("matmul_packed_f32", 1L, 2L * 512 * 768 * 3072),
                        tuple("matmul_join_f32", 1L, 0L));
    }

    /** A routine of the device, such as cuBLAS, gets the products that are not packed. */
    @Test
    void comesBeforeARoutineOfTheDevice() {
        offer();
        device.hasRoutine = true;
        backend.matmul(f(512, 768), f(768, 768), f(512, 768));
        assertThat(launches()).extracting(WorkProfile.Entry::kernel).contains("matmul_packed_f32_small");
        backend.matmul(f(5, 7), f(7, 5), f(5, 5));
        assertThat(launches())
                .extracting(WorkProfile.Entry::kernel)
                .doesNotContain("pack_f32", "matmul_packed_f32_small");
    }

    @Test
    void frozenOperandsArePackedOnce() {
        offer();
        View x = f(512, 768);
        View out = f(512, 768);
        View w = f(768, 768);
        w.buffer().freeze();
        long live = backend.liveBytes();
        backend.linear(x, w, null, out);
        assertThat(launches())
                .extracting(WorkProfile.Entry::kernel, WorkProfile.Entry::launches)
                .contains(tuple("pack_f32", 2L));
        assertThat(backend.liveBytes()).isEqualTo(live + MemoryPool.blockSize(768 * 768 * 6));
        backend.linear(x, w, null, out);
        assertThat(launches())
                .extracting(WorkProfile.Entry::kernel, WorkProfile.Entry::launches)
                .contains(tuple("pack_f32", 1L));
        // another part of the same memory
        backend.linear(x, w.transpose(0, 1), null, out);
        assertThat(launches())
                .extracting(WorkProfile.Entry::kernel, WorkProfile.Entry::launches)
                .contains(tuple("pack_f32", 2L));
        w.buffer().close();
        assertThat(backend.liveBytes()).isEqualTo(live - MemoryPool.blockSize(768 * 768 * 4));
    }

    /** Both gradients of a linear map are products as large as the forward one. */
    @Test
    void gradientsArePackedToo() {
        offer();
        try (TensorScope _ = new TensorScope()) {
            Tensor x = Tensor.of(backend, new float[512 * 768], 512, 768).parameter();
            Tensor w = Tensor.of(backend, new float[768 * 768], 768, 768).parameter();
            launches();
            Grad.of(x.linear(w, null).sum()).wrt(w);
        }
        List<WorkProfile.Entry> products =
                launches().stream().filter(e -> e.operations() > 0).toList();
        assertThat(products).extracting(WorkProfile.Entry::kernel).allMatch(k -> k.startsWith("matmul_packed_f32"));
        assertThat(products.stream().mapToLong(WorkProfile.Entry::operations).sum())
                .isEqualTo(3 * 2L * 512 * 768 * 768);
    }

    /** If half of the memory is in use, nothing is kept. */
    @Test
    void keepsNothingWhereMemoryIsScarce() {
        DeviceBackend small = new DeviceBackend(device, 16L << 20);
        offer();
        View x = small.allocateForResult(DType.F32, Shape.of(512, 768));
        View out = small.allocateForResult(DType.F32, Shape.of(512, 768));
        View w = small.allocateForResult(DType.F32, Shape.of(768, 768));
        w.buffer().freeze();
        long live = small.liveBytes();
        small.linear(x, w, null, out);
        assertThat(small.liveBytes()).isEqualTo(live);
    }

    /** An operand shared by a batch is packed once. */
    @Test
    void sharedEntriesArePackedOnce() {
        offer();
        device.tensorCores = TensorCores.ALWAYS;
        View b = f(1, 3, 40, 70).expand(Shape.of(5, 3, 40, 70));
        backend.matmul(f(5, 3, 65, 40), b, f(5, 3, 65, 70));
        assertThat(device.all.stream()
                        .filter(l -> l.kernel().equals(Form.F32.pack()))
                        .map(l -> l.plan().groups()))
                .containsExactly(5 * 3 * 2, 3 * 2);
        assertThat(Optional.ofNullable(device.launches.get("matmul_packed_f32_small")))
                .isPresent();
    }
}
