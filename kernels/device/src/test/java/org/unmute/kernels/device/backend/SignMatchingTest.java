package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** Launches, sizes and memory of matching on tensor cores, on a device that computes nothing. */
class SignMatchingTest {
    private final FakeDevice device = new FakeDevice(1L << 40);
    private final DeviceBackend backend = new DeviceBackend(device, 1L << 40);

    private View floats(long... sizes) {
        return backend.allocateForResult(DType.F32, Shape.of(sizes));
    }

    private void match(long clips, long tokens, long prototypes, long dim) {
        device.all.clear();
        View winners = backend.allocateForResult(DType.I32, Shape.of(clips, prototypes));
        backend.binaryPrototypeMaxPool(
                floats(clips, tokens, dim), floats(prototypes, dim), floats(clips, prototypes), winners);
    }

    private List<String> launched() {
        return device.all.stream().map(l -> l.kernel().name()).toList();
    }

    @Test
    void runsWhereTheDeviceHasItsKernels() {
        match(2, 70, 300, 65);
        assertThat(launched())
                .containsExactly("prototype_pack", "prototype_match_binary", "prototype_rescore", "prototype_values");
        device.offered.addAll(SignMatching.KERNELS);
        match(2, 70, 300, 65);
        assertThat(launched())
                .isEqualTo(SignMatching.KERNELS.stream().map(Kernel::name).toList());
        // 512 padded prototypes in groups of 16; two tiles of 64 tokens, four slots; two bands; 600 winners, 64 per
        // group.
        assertThat(device.all)
                .extracting(FakeDevice.Launch::plan)
                .containsExactly(
                        new LaunchPlan(32, 256),
                        new LaunchPlan(8, 256),
                        new LaunchPlan(8, 256),
                        new LaunchPlan(8, 256),
                        new LaunchPlan(10, 256),
                        new LaunchPlan(10, 256));
    }

    @Test
    void framesAndLongTokensGoToThePortableKernels() {
        device.offered.addAll(SignMatching.KERNELS);
        match(100, 8, 30, 65);
        assertThat(launched()).contains("prototype_match_frames_binary");
        match(1, 40, 3, SignMatching.MAX_DIM + 1);
        assertThat(launched()).contains("prototype_match_binary");
        match(1, 40, 3, SignMatching.MAX_DIM);
        assertThat(launched()).contains("signs_match");
    }

    /** Memory is bounded, because the number of clips in a launch is limited. */
    @Test
    void memoryDoesNotGrowWithTheBatch() {
        device.offered.addAll(SignMatching.KERNELS);
        long each = SignMatching.scratchOfClip(512, 5270, 768);
        assertThat(SignMatching.clipsAtOnce(16, 512, 5270, 768)).isEqualTo(16);
        assertThat(SignMatching.clipsAtOnce(1000, 512, 5270, 768)).isEqualTo(SignMatching.AT_ONCE / each);
        assertThat(SignMatching.clipsAtOnce(3, 200_000, 5270, 768)).isEqualTo(1);
        View x = floats(1000, 512, 768);
        View p = floats(5270, 768);
        View values = floats(1000, 5270);
        View winners = backend.allocateForResult(DType.I32, values.shape());
        long live = backend.liveBytes();
        backend.binaryPrototypeMaxPool(x, p, values, winners);
        assertThat(backend.liveBytes()).as("afterwards").isEqualTo(live);
        assertThat(backend.peakBytes() - live).isLessThan((long) (1.125 * (SignMatching.AT_ONCE + (2 << 20))));
        List<Long> clips = device.all.stream()
                .filter(l -> l.kernel().name().equals("signs_match"))
                .map(l -> ((Argument.Struct) l.arguments().getLast()).members()[0])
                .toList();
        assertThat(clips.stream().mapToLong(Long::longValue).sum()).isEqualTo(1000);
        assertThat(clips).allMatch(n -> n <= SignMatching.AT_ONCE / each);
    }

    private long packs(Runnable work) {
        device.all.clear();
        work.run();
        return launched().stream().filter(k -> k.endsWith("_pack")).count();
    }

    /** Unchanged prototypes are packed for the last time when they are seen again; any possible change is noticed. */
    @Test
    void signsOfFrozenPrototypesAreKept() {
        for (boolean tensor : new boolean[] {false, true}) {
            device.offered.clear();
            if (tensor) {
                device.offered.addAll(SignMatching.KERNELS);
            }
            View x = floats(2, 70, 65);
            View p = floats(30, 65);
            View values = floats(2, 30);
            View winners = backend.allocateForResult(DType.I32, values.shape());
            Runnable match = () -> backend.binaryPrototypeMaxPool(x, p, values, winners);
            long live = backend.liveBytes();
            assertThat(packs(match)).as("first seen").isEqualTo(1);
            assertThat(backend.liveBytes()).as("nothing is kept").isEqualTo(live);
            assertThat(packs(match)).as("seen again").isEqualTo(1);
            assertThat(backend.liveBytes()).as("kept").isGreaterThan(live);
            assertThat(packs(match)).as("kept").isZero();
            backend.fill(p.slice(0, 3, 1, 1), 1);
            assertThat(packs(match)).as("changed in place through another view").isEqualTo(1);
            packs(match);
            assertThat(packs(match)).isZero();
            backend.upload(View.dense(HostBuffer.wrap(new float[30 * 65]), p.shape()), p);
            assertThat(packs(match)).as("uploaded anew").isEqualTo(1);
            packs(match);
            View part = p.slice(0, 1, 20, 1);
            View some = floats(2, 20);
            View someWinners = backend.allocateForResult(DType.I32, some.shape());
            assertThat(packs(() -> backend.binaryPrototypeMaxPool(x, part, some, someWinners)))
                    .as("others in the same buffer")
                    .isEqualTo(1);
            packs(match);
            packs(match);
            packs(() -> backend.binaryPrototypeMaxPoolBackward(x, p, winners, values, null, p));
            assertThat(packs(match)).as("a gradient was written").isEqualTo(1);
            packs(match);
            p.buffer().close();
            for (View v : List.of(x, values, winners, some, someWinners)) {
                v.buffer().close();
            }
        }
    }

    @Test
    void keptSignsAreReleasedWithTheirPrototypes() {
        device.offered.addAll(SignMatching.KERNELS);
        View x = floats(2, 70, 65);
        View values = floats(2, 30);
        View winners = backend.allocateForResult(DType.I32, values.shape());
        long live = backend.liveBytes();
        View p = floats(30, 65);
        for (int i = 0; i < 3; i++) {
            backend.binaryPrototypeMaxPool(x, p, values, winners);
        }
        p.buffer().close();
        assertThat(backend.liveBytes()).isEqualTo(live);
    }

    /** The record has the members of the struct, with the same names and order. */
    @Test
    void theRecordIsTheStruct() {
        Matcher m = Pattern.compile("typedef struct \\{([^}]*)} Matching;")
                .matcher(KernelSource.read("prototypes.h").replaceAll("//.*", ""));
        assertThat(m.find()).isTrue();
        List<String> declared = Arrays.stream(m.group(1).replace("i64", "").split("[,;]"))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
        List<String> components = Arrays.stream(MatchingLayout.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .toList();
        assertThat(components).isEqualTo(declared);
        long[] counted = LongStream.range(0, declared.size()).toArray();
        Object[] boxed = Arrays.stream(counted).boxed().toArray();
        try {
            MatchingLayout matching =
                    (MatchingLayout) MatchingLayout.class.getDeclaredConstructors()[0].newInstance(boxed);
            assertThat(matching.members()).isEqualTo(counted);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
