package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** Recordings of more than 20 minutes become clips, which equal the same windows given in a list. */
class LongRecordingsEndToEndTest {
    private static final int RATE = 2000;
    private static final int SECONDS = 1275;

    @TempDir
    static Path folder;

    private static Path recordings;
    private static Path encoder;
    private static float[] samples;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = Files.createDirectory(folder.resolve("recordings"));
        samples = new float[SECONDS * RATE];
        Random random = new Random(1);
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (Math.sin(i * 0.3) * 0.3 + random.nextFloat() * 0.1);
        }
        Wav.write(recordings.resolve("day.wav"), samples, RATE);
        samples = Wav.read(recordings.resolve("day.wav")).samples(); // the samples as rounded by the file format
        Wav.write(recordings.resolve("short.wav"), Arrays.copyOf(samples, 3 * RATE), RATE);
    }

    private static List<String> ids(Path cache) throws IOException {
        try (TokenCache tokens = TokenCache.open(cache)) {
            return tokens.clips().stream().map(CachedClip::id).toList();
        }
    }

    @Test
    @FullBuild("21 minutes of sound")
    void embedDividesALongRecordingSaysSoAndResumes() throws IOException {
        Path cache = folder.resolve("cache");
        Object[] command = {"embed", "--encoder", encoder, "--audio", recordings, "--out", cache, "--dtype", "f32"};
        Ran dry = Ran.ok(Ran.with(command, "--dry-run"));
        assertThat(dry.out()).contains("2 recordings in 4 clips, 21 min 18 s of sound");
        Ran first = Ran.ok(command);
        assertThat(first.err())
                .contains("day.wav is longer than 20 minutes and becomes 3 clips of 10 min, named like day.wav#0-600")
                .contains("'--clip whole' does not divide");
        assertThat(first.out()).contains("4 clips (4 embedded now, 0 already there)");
        assertThat(ids(cache)).containsExactly("day.wav#0-600", "day.wav#600-1200", "day.wav#1200-1275", "short.wav");
        Encoder same = Encoders.open(encoder);
        float[] cut = new Recording(Arrays.copyOfRange(samples, 600 * RATE, 1200 * RATE), RATE)
                .resampled(same.describe().sampleRate(), Resampler.Kernel.HANN)
                .samples();
        try (TokenCache tokens = TokenCache.open(cache)) {
            TokenMap stored = tokens.read("day.wav#600-1200");
            assertThat(stored.tokens()).isEqualTo(same.encode(cut).tokens());
        }
        assertThat(Ran.ok(command).out()).contains("(0 embedded now, 4 already there)");
        Path labels = Files.writeString(folder.resolve("labels.csv"), "file,labels\nday.wav,a\n");
        Ran probe = Ran.unmute(
                        "probe --probe linear --cache {} --labels {} --out {}", cache, labels, folder.resolve("run"))
                .endsWith(ExitCode.INPUT);
        assertThat(probe.err()).contains("the first day.wav, embedded as 3 clips like day.wav#0-600: label the clips");
    }

    @Test
    void theClipLengthIsChosen() throws IOException {
        Path shorts = Files.createDirectories(folder.resolve("shorts"));
        Wav.write(shorts.resolve("a.wav"), Arrays.copyOf(samples, 7 * RATE), RATE);
        Wav.write(shorts.resolve("b.wav"), Arrays.copyOf(samples, 3 * RATE), RATE);
        Object[] embed = {"embed", "--encoder", encoder, "--audio", shorts, "--out"};
        Path whole = folder.resolve("whole");
        Ran ran = Ran.ok(Ran.with(embed, whole, "--clip", "whole"));
        assertThat(ids(whole)).containsExactly("a.wav", "b.wav");
        assertThat(ran.err()).doesNotContain("named like");
        Path clips = folder.resolve("clips");
        ran = Ran.ok(Ran.with(embed, clips, "--clip", "3"));
        assertThat(ids(clips)).containsExactly("a.wav#0-3", "a.wav#3-6", "a.wav#6-7", "b.wav");
        assertThat(ran.err()).contains("a.wav becomes 3 clips of 3 s, named like a.wav#0-3");
        for (String wrong : new String[] {"-1", "0.01", "long"}) {
            Ran.unmute(Ran.with(embed, clips, "--clip", wrong))
                    .fails(ExitCode.USAGE, "--clip is a length in seconds above 0.1, or 'whole', not '" + wrong + "'");
        }
    }

    @Test
    void featuresWritesAFileForEachClip() throws IOException {
        Path file = folder.resolve("seven.wav");
        Wav.write(file, Arrays.copyOf(samples, 7 * RATE), RATE);
        Path one = folder.resolve("seven.npy");
        Object[] features = {"features", "--encoder", encoder, "--audio", file, "--out"};
        Ran.unmute(Ran.with(features, one, "--clip", "3"))
                .fails(ExitCode.USAGE, "is one file, but there are 3 clips: give a folder, or '--clip whole'");
        Ran.ok(Ran.with(features, one));
        assertThat(one).exists();
        Path out = folder.resolve("features");
        Ran.ok(Ran.with(features, out, "--clip", "3"));
        assertThat(out.resolve("seven.wav#3-6.safetensors")).exists();
        assertThat(out.resolve("seven.wav#6-7.safetensors")).exists();
    }

    @Test
    void windowAndHopAreChecked() throws IOException {
        Path file = folder.resolve("nine.wav");
        Wav.write(file, Arrays.copyOf(samples, 9 * RATE), RATE);
        Object[] features = {"features", "--encoder", encoder, "--audio", file, "--out", folder.resolve("f"), "--json"};
        Map<List<String>, String> refused = new LinkedHashMap<>();
        refused.put(List.of("--window", "5", "--frames", "500"), "--window and --frames both state the window");
        refused.put(List.of("--window", "0.015"), "--window is a multiple of 0.01 s");
        refused.put(List.of("--window", "-1"), "from 0.01 to 1000 s, not -1.0");
        refused.put(List.of("--window", "5"), "--window 5.0 is 500 frames: ");
        refused.put(List.of("--hop", "0"), "--hop must be a positive number, is 0.0");
        refused.put(List.of("--hop", "-1"), "--hop must be a positive number");
        refused.put(List.of("--hop", "999"), "at most a window");
        refused.put(List.of("--hop", "0.001"), "a whole number of token rows of");
        refused.forEach((options, message) -> assertThat(
                        Ran.error(ExitCode.USAGE, Ran.with(features, options.toArray())))
                .as(options.toString())
                .contains(message));
        EncoderSpec spec = Encoders.open(encoder).describe();
        double row = (double) spec.grid().rowSamples() / spec.sampleRate();
        int rows = Ran.ok(Ran.with(features, "--hop", row * (spec.time() / 2)))
                .json()
                .at("/files/0/tokens/0")
                .asInt();
        EncoderSpec overlapping = Encoders.open(encoder, EncoderSettings.AUTHORS.withHop(row * (spec.time() / 2)))
                .describe();
        assertThat(rows).isEqualTo((int) overlapping.rows(9L * spec.sampleRate()));
    }
}
