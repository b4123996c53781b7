package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/**
 * Memory of prototype matching beyond its inputs and outputs: a fixed number of values per prototype, whatever the
 * number of clips and tokens.
 */
class PrototypeMemoryTest {
    private static final int PROTOTYPES = 5270;
    private static final int DIM = 768;
    /** Blocks of the pool are at most an eighth larger than requested. */
    private static final double ROUNDED_UP = 1.125;

    private final FakeDevice device = new FakeDevice(1L << 40);
    private final DeviceBackend backend = new DeviceBackend(device, 1L << 40);

    private View floats(long... sizes) {
        return backend.allocateForResult(DType.F32, Shape.of(sizes));
    }

    private long used(Runnable work) {
        // the peak includes memory of earlier work, so the filler raises live memory to it
        long mark = backend.peakBytes();
        View filler = floats(Math.max(1, (mark - backend.liveBytes()) / Float.BYTES));
        long before = Math.max(mark, backend.liveBytes());
        long live = backend.liveBytes();
        work.run();
        assertThat(backend.liveBytes()).as("afterwards").isEqualTo(live);
        long used = backend.peakBytes() - before;
        filler.buffer().close();
        return used;
    }

    /** One clip, a batch, a large batch, and 1,024 and 8,192 frames of 8 tokens. */
    @ParameterizedTest
    @CsvSource({"1, 512", "16, 512", "64, 512", "300, 512", "1024, 8", "8192, 8"})
    void doesNotGrowWithClipsAndTokens(long clips, long tokens) {
        View x = floats(clips, tokens, DIM);
        View p = floats(PROTOTYPES, DIM);
        View values = floats(clips, PROTOTYPES);
        View winners = backend.allocateForResult(DType.I32, values.shape());
        View gx = floats(clips, tokens, DIM);
        View gp = floats(PROTOTYPES, DIM);
        assertThat(used(() -> backend.prototypeMaxPool(x, p, values, winners)))
                .as("float")
                .isZero();
        assertThat(used(() -> backend.binaryPrototypeMaxPool(x, p, values, winners)))
                .as("a bit an entry and a number a prototype")
                .isPositive()
                .isLessThan((long) (ROUNDED_UP * PROTOTYPES * (DIM / Byte.SIZE + Float.BYTES)));
        long bound = (long) (ROUNDED_UP * PROTOTYPES * 3 * 64 * Float.BYTES);
        assertThat(used(() -> backend.prototypeMaxPoolBackward(x, p, winners, values, gx, gp)))
                .as("192 numbers a prototype")
                .isPositive()
                .isLessThan(bound);
        assertThat(used(() -> backend.binaryPrototypeMaxPoolBackward(x, p, winners, values, gx, gp)))
                .as("192 numbers a prototype")
                .isPositive()
                .isLessThan(bound);
    }

    @Test
    void matchingIsOneLaunch() {
        View p = floats(130, 9);
        backend.profile().reset();
        backend.prototypeMaxPool(
                floats(5, 70, 9), p, floats(5, 130), backend.allocateForResult(DType.I32, Shape.of(5, 130)));
        backend.prototypeMaxPool(
                floats(50, 7, 9), p, floats(50, 130), backend.allocateForResult(DType.I32, Shape.of(50, 130)));
        assertThat(backend.profile().entries())
                .extracting(Profile.Entry::kernel, Profile.Entry::launches)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("prototype_match", 1L),
                        org.assertj.core.groups.Tuple.tuple("prototype_match_frames", 1L));
        // nine frames of 7 tokens fill a tile: 6 tiles of frames, 3 bands of prototypes
        assertThat(device.launches.get("prototype_match_frames").plan()).isEqualTo(new LaunchPlan(18, 256));
    }
}
