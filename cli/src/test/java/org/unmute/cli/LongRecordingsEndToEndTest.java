package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.Resampler;
import org.unmute.models.audio.Wav;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** Recordings of more than 20 minutes become clips, which are cut as windows of a list are. */
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
        samples = Wav.read(recordings.resolve("day.wav")).samples(); // rounded
        Wav.write(recordings.resolve("short.wav"), Arrays.copyOf(samples, 3 * RATE), RATE);
    }

    private static List<String> ids(Path cache) throws IOException {
        try (TokenCache tokens = TokenCache.open(cache)) {
            return tokens.clips().stream().map(CachedClip::id).toList();
        }
    }

    @Test
    void embedDividesALongRecordingSaysSoAndResumes() throws IOException {
        Path cache = folder.resolve("cache");
        Object[] command = {"embed", "--encoder", encoder, "--audio", recordings, "--out", cache, "--dtype", "f32"};
        Ran dry = Ran.unmute(with(command, "--dry-run")).endsWith(ExitCode.OK);
        assertThat(dry.out()).contains("2 recordings in 4 clips, 21 min 18 s of sound");
        Ran first = Ran.unmute(command).endsWith(ExitCode.OK);
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
        assertThat(Ran.unmute(command).endsWith(ExitCode.OK).out()).contains("(0 embedded now, 4 already there)");
        Path labels = Files.writeString(folder.resolve("labels.csv"), "file,labels\nday.wav,a\nshort.wav,b\n");
        Ran probe = Ran.unmute(
                        "probe", "--cache", cache, "--labels", labels, "--out", folder.resolve("run"), "--epochs", 1)
                .endsWith(ExitCode.OK);
        assertThat(probe.err()).contains("the first day.wav, embedded as 3 clips like day.wav#0-600: label the clips");
    }

    private static Object[] with(Object[] command, Object... more) {
        return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray();
    }

    @Test
    void theClipLengthIsChosen() throws IOException {
        Path whole = folder.resolve("whole");
        Object[] embed = {"embed", "--encoder", encoder, "--audio", recordings, "--out"};
        Ran ran = Ran.unmute(with(embed, whole, "--clip", "whole")).endsWith(ExitCode.OK);
        assertThat(ids(whole)).containsExactly("day.wav", "short.wav");
        assertThat(ran.err()).doesNotContain("longer than");
        Path clips = folder.resolve("clips");
        ran = Ran.unmute(with(embed, clips, "--clip", "2")).endsWith(ExitCode.OK);
        assertThat(ids(clips))
                .hasSize(638 + 2)
                .startsWith("day.wav#0-2", "day.wav#2-4")
                .endsWith("short.wav#0-2", "short.wav#2-3");
        assertThat(ran.err()).contains("2 recordings become 640 clips of 2 s");
        for (String wrong : new String[] {"-1", "0.01", "long"}) {
            assertThat(Ran.unmute(with(embed, clips, "--clip", wrong))
                            .endsWith(ExitCode.USAGE)
                            .err())
                    .contains("--clip is a length in seconds above 0.1, or 'whole', not '" + wrong + "'");
        }
    }

    @Test
    void featuresWritesAFileForEachClip() throws IOException {
        Path one = folder.resolve("day.npy");
        Object[] features = {"features", "--encoder", encoder, "--audio", recordings.resolve("day.wav"), "--out"};
        assertThat(Ran.unmute(with(features, one)).endsWith(ExitCode.USAGE).err())
                .contains("is one file, but there are 3 clips: give a folder, or '--clip whole'");
        Ran.unmute(with(features, one, "--clip", "whole")).endsWith(ExitCode.OK);
        assertThat(one).exists();
        Path out = folder.resolve("features");
        Ran.unmute(with(features, out)).endsWith(ExitCode.OK);
        assertThat(out.resolve("day.wav#600-1200.safetensors")).exists();
        assertThat(out.resolve("day.wav#1200-1275.safetensors")).exists();
    }
}
