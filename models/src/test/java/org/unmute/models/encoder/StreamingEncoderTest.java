package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.ClipTooShortException;

/** Compares streamed rows with those of the whole recording. */
class StreamingEncoderTest {
    /** Rows of a window of the embedded encoder; then samples of a row and of a window. */
    private static final int ROWS = 37;

    private static final int ROW = 1280;
    private static final int WINDOW = 47_600;

    private static Encoder withHop(Path folder, int rows) throws IOException {
        Path file = Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        return Encoders.open(file, EncoderSettings.AUTHORS.withHop(rows * ROW / 16_000.0));
    }

    private static float[] noise(int samples) {
        SplittableRandom random = new SplittableRandom(samples);
        float[] x = new float[samples];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (0.1 * random.nextGaussian());
        }
        return x;
    }

    /** The features of a recording that arrives in blocks of random sizes. */
    private static List<Features> streamed(Encoder encoder, float[] samples, int maxBlock, Features.Request request) {
        List<Features> all = new ArrayList<>();
        StreamingEncoder stream = new StreamingEncoder(encoder, request, all::add);
        SplittableRandom random = new SplittableRandom(maxBlock);
        for (int at = 0; at < samples.length; ) {
            int n = Math.min(samples.length - at, 1 + random.nextInt(maxBlock));
            stream.accept(samples, at, n);
            at += n;
        }
        stream.finish();
        stream.finish();
        assertThat(stream.samples()).isEqualTo(samples.length);
        return all;
    }

    private static float[] joined(List<TokenMap> maps) {
        int length = maps.stream().mapToInt(m -> m.tokens().length).sum();
        float[] all = new float[length];
        int at = 0;
        for (TokenMap map : maps) {
            System.arraycopy(map.tokens(), 0, all, at, map.tokens().length);
            at += map.tokens().length;
        }
        return all;
    }

    @Test
    void rowsAreThoseOfTheWholeRecording(@TempDir Path folder) throws IOException {
        Features.Request request = new Features.Request(List.of(0, 5), false);
        for (int hop : new int[] {ROWS, 10, 1}) {
            Encoder encoder = withHop(folder, hop);
            int start = hop * ROW;
            for (int samples : new int[] {
                400, 20_000, WINDOW, WINDOW + 300, WINDOW + 477, WINDOW + start, 2 * start + WINDOW + 5000
            }) {
                float[] x = noise(samples);
                Features whole = encoder.features(x, request);
                for (int block : new int[] {777, 60_000, 1_000_000}) {
                    List<Features> rows = streamed(encoder, x, block, request);
                    String what = samples + " samples in blocks up to " + block + ", hop " + hop;
                    assertThat(joined(rows.stream().map(Features::tokens).toList()))
                            .as(what)
                            .isEqualTo(whole.tokens().tokens());
                    for (int layer = 0; layer < 2; layer++) {
                        int l = layer;
                        assertThat(joined(rows.stream()
                                        .map(f -> f.layers().get(l))
                                        .toList()))
                                .as("%s, layer %d", what, l)
                                .isEqualTo(whole.layers().get(l).tokens());
                    }
                }
            }
        }
    }

    @Test
    void aRowIsGivenOnceItsWindowIsComplete(@TempDir Path folder) throws IOException {
        Encoder encoder = withHop(folder, 10);
        List<Features> all = new ArrayList<>();
        StreamingEncoder stream = new StreamingEncoder(encoder, Features.Request.TOKENS, all::add);
        float[] x = noise(WINDOW + 10 * ROW);
        assertThat(stream.latencySamples()).isEqualTo(WINDOW);
        stream.accept(x, 0, WINDOW - 1);
        assertThat(all).isEmpty();
        stream.accept(x, WINDOW - 1, 1);
        assertThat(all).extracting(f -> f.tokens().time()).containsExactly(10);
        float[] first = encoder.encode(Arrays.copyOf(x, WINDOW)).cls();
        assertThat(all.getFirst().tokens().cls()).isEqualTo(first);
        stream.accept(x, WINDOW, 10 * ROW);
        assertThat(all).hasSize(2);
        float[] second =
                encoder.encode(Arrays.copyOfRange(x, 10 * ROW, x.length)).cls();
        assertThat(all.getLast().tokens().cls()).isEqualTo(second);
        stream.finish();
        assertThat(all).extracting(f -> f.tokens().time()).containsExactly(10, 10, 27);
    }

    @Test
    void whatCannotBeEncodedIsRefused() {
        Encoder encoder = Encoders.embedded();
        StreamingEncoder stream = new StreamingEncoder(encoder, Features.Request.TOKENS, f -> {});
        stream.accept(new float[100], 0, 100);
        assertThatThrownBy(() -> stream.accept(new float[] {0, Float.NaN}, 0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sample 101 is NaN");
        assertThat(stream.samples()).isEqualTo(100);
        assertThatThrownBy(() -> stream.accept(new float[3], 2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(stream::finish).isInstanceOf(ClipTooShortException.class);
        assertFails(IllegalStateException.class, () -> stream.accept(new float[1], 0, 1), "after the end");
        Features.Request attention = new Features.Request(List.of(), true);
        assertFails(() -> new StreamingEncoder(encoder, attention, f -> {}), "attention was asked for");
    }

    @Test
    void rowsOfTheEmbeddedEncoderBeginEvery80Milliseconds() {
        EncoderSpec spec = Encoders.embedded().describe();
        for (int row : new int[] {0, 1, 36, 37, 1000}) {
            assertThat(spec.rowStart(row)).isEqualTo((long) row * ROW);
            assertThat(spec.place(row, 0).start()).isEqualTo(spec.rowStart(row) / 16_000.0);
        }
    }
}
