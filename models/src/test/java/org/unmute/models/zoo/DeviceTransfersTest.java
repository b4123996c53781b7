package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.ChosenBackend;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.kernels.contract.golden.RealData;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.WorkProfile;

/**
 * Between the network's input and its result no data is copied to or from a device: every encoder copies its input
 * there once and its result back once. Runs if the chosen backend is a device.
 */
class DeviceTransfersTest {
    /** Rounding errors of the logarithm and of the normalisation, which the processor computes in double precision. */
    private static final double FRONT_END = 4e-6;

    @TestFactory
    List<DynamicTest> everyEncoder() throws IOException {
        Optional<List<DynamicTest>> skipped = ChosenBackend.skipped();
        if (skipped.isPresent()) {
            return skipped.get();
        }
        if (!(Backends.current() instanceof Profiled device)) {
            String why =
                    "skipped: " + Backends.current().name() + " is no device; this runs with -Dunmute.backend=opencl";
            return List.of(dynamicTest(why, () -> Assumptions.abort(why)));
        }
        WorkProfile profile = device.profile();
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Golden.require("tiny"))) {
            for (Path folder : folders.filter(f -> Files.exists(f.resolve("config.json")))
                    .sorted()
                    .toList()) {
                GoldenEncoder golden = GoldenEncoder.read(folder);
                golden.requireKnown();
                tests.add(dynamicTest(folder.getFileName().toString(), () -> check(golden, profile)));
            }
        }
        tests.add(dynamicTest("eat with BioFoundation's front end", () -> bioFoundation(profile)));
        tests.add(dynamicTest("kwt", () -> kwt(profile)));
        return Golden.cases("encoders on a device", tests);
    }

    private static void bioFoundation(WorkProfile profile) throws IOException {
        EncoderSettings settings = EncoderSettings.AUTHORS
                .withHeads(3)
                .withFrames(128)
                .withFrontEnd(EncoderSettings.FrontEndSource.BIOFOUNDATION);
        Encoder encoder;
        try (Checkpoint file = Checkpoint.open(Golden.require("tiny/eat/model.safetensors"))) {
            encoder = Encoders.build(file, settings);
        }
        for (int length : new int[] {encoder.describe().windowSamples(), 3_333}) {
            float[] samples = Arrays.copyOf(
                    Wav.read(Golden.require("wav/mix1p2s_16k.wav")).samples(), length);
            fromSamples(encoder, samples, encoder.network().frontEnd().apply(samples), profile);
        }
    }

    /** Real weights and a part of a window, which is padded on the device. */
    private static void kwt(WorkProfile profile) throws IOException {
        Encoder encoder = Encoders.open(RealData.require("kwt1/kwt1_v2_12.safetensors"));
        float[] samples =
                Arrays.copyOf(Wav.read(Golden.require("wav/mix1p2s_16k.wav")).samples(), 15_000);
        fromSamples(encoder, samples, encoder.network().frontEnd().apply(samples), profile);
    }

    private static void check(GoldenEncoder golden, WorkProfile profile) throws IOException {
        Encoder encoder;
        try (Checkpoint file = Checkpoint.open(golden.checkpoints().getFirst())) {
            encoder = Encoders.build(file, golden.settings());
        }
        boolean head = !encoder.describe().classes().isEmpty();
        Spectrogram input = encoder.network().frontEnd().apply(golden.recording());
        float[] first = run(encoder, head, input);
        profile.reset();
        float[] second = run(encoder, head, input);
        assertThat(profile.transfers())
                .isEqualTo(new WorkProfile.Transfers(2, 4L * input.values().length, 4L * second.length));
        assertThat(profile.entries()).isNotEmpty();
        assertThat(second).containsExactly(first);
        fromSamples(encoder, golden.recording(), input, profile);
    }

    /** From samples to the network input: only the samples are uploaded, and both ways give the same numbers. */
    private static void fromSamples(Encoder encoder, float[] samples, Spectrogram input, WorkProfile profile) {
        try (TensorScope _ = new TensorScope()) {
            encoder.network().frontEnd().apply(List.of(samples));
            profile.reset();
            float[] own = encoder.network().frontEnd().apply(List.of(samples)).toFloats();
            Golden.assertClose("front end on the device", input.values(), own, FRONT_END, FRONT_END);
            assertThat(profile.transfers())
                    .isEqualTo(new WorkProfile.Transfers(2, 4L * samples.length, 4L * own.length));
        }
    }

    private static float[] run(Encoder encoder, boolean head, Spectrogram input) {
        try (TensorScope _ = new TensorScope()) {
            return Grad.withoutRecording(() -> {
                        Tensor tokens = encoder.network()
                                .forward(Tensor.of(input.values(), 1, input.frames(), input.bins()), Trace.NONE);
                        return head ? encoder.network().classify(tokens) : tokens;
                    })
                    .toFloats();
        }
    }
}
