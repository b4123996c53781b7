package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;

/**
 * The token map of a recording is bit-identical however it is computed: repeatedly, together with recordings of other
 * lengths, in any order. Every encoder with reference numbers is tested.
 */
@Tag("golden")
class SameTokensTest {
    private interface Check {
        void of(TokenBits.Case c) throws IOException;
    }

    private static List<DynamicTest> each(Check check) throws IOException {
        return each(1, check);
    }

    /** @param step 2 for every second encoder, counted from the last one, which is in the jar */
    private static List<DynamicTest> each(int step, Check check) throws IOException {
        List<TokenBits.Case> cases = new ArrayList<>(TokenBits.golden());
        cases.add(new TokenBits.Case("embedded", null, null));
        return IntStream.range(0, cases.size())
                .filter(i -> (cases.size() - 1 - i) % step == 0)
                .mapToObj(cases::get)
                .map(c -> dynamicTest(c.name(), () -> check.of(c)))
                .toList();
    }

    /** Requests everything that the encoder can compute. */
    private static Features.Request all(EncoderSpec spec) {
        return new Features.Request(IntStream.range(0, spec.depth()).boxed().toList(), spec.hasCls());
    }

    private static void aloneAndTogether(String name, Encoder encoder) {
        EncoderSpec spec = encoder.describe();
        List<float[]> recordings = TokenBits.recordings(spec);
        Features.Request wanted = all(spec);
        List<Features> alone =
                recordings.stream().map(r -> encoder.features(r, wanted)).toList();
        for (int i = 0; i < alone.size(); i++) {
            String what = name + " recording " + i;
            TokenBits.assertSame(what + " again", alone.get(i), encoder.features(recordings.get(i), wanted));
            TokenBits.assertSame(what + " without features", alone.get(i).tokens(), encoder.encode(recordings.get(i)));
            assertThat(alone.get(i).tokens().tokens())
                    .as(what + " differs from the others")
                    .isNotEqualTo(alone.get((i + 1) % alone.size()).tokens().tokens());
        }
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, recordings.size()).boxed().toList());
        for (int turn = 0; turn < 2; turn++) {
            List<Features> together =
                    encoder.features(order.stream().map(recordings::get).toList(), wanted);
            List<TokenMap> maps =
                    encoder.encode(order.stream().map(recordings::get).toList());
            for (int i = 0; i < order.size(); i++) {
                String what = name + " recording " + order.get(i) + " together with others";
                TokenBits.assertSame(what, alone.get(order.get(i)), together.get(i));
                TokenBits.assertSame(what + ", encoded", alone.get(order.get(i)).tokens(), maps.get(i));
            }
            Collections.reverse(order);
        }
    }

    @TestFactory
    List<DynamicTest> aRecordingHasOneTokenMap() throws IOException {
        return each(c -> aloneAndTogether(c.name(), c.open()));
    }

    private static EncoderSettings hop(TokenBits.Case c, EncoderSpec spec, int rows) {
        double seconds = (double) rows * spec.grid().rowSamples() / spec.sampleRate();
        return (c.golden() == null ? EncoderSettings.AUTHORS : c.golden().settings()).withHop(seconds);
    }

    private static Encoder withHop(TokenBits.Case c, EncoderSettings settings) throws IOException {
        if (c.golden() != null) {
            return c.open(settings);
        }
        try (var file = org.unmute.tensor.io.SafetensorsFile.of("embedded", Encoders.embeddedBytes())) {
            return Encoders.build(org.unmute.models.checkpoint.Checkpoint.of(file), settings);
        }
    }

    /** Every third encoder in the quick build; the windows of each are compared by the test below. */
    @TestFactory
    List<DynamicTest> soItIsWithOverlappingWindows() throws IOException {
        return each(Boolean.getBoolean("unmute.full") ? 1 : 3, c -> {
            EncoderSpec spec = c.open().describe();
            if (TokenBits.hearsWholes(spec)) {
                return;
            }
            aloneAndTogether(c.name() + " with a hop", withHop(c, hop(c, spec, Math.max(1, spec.time() / 2))));
        });
    }

    /** Computed by hand: every token is the mean of the windows' tokens at its place. */
    @TestFactory
    List<DynamicTest> tokensOfOverlappingWindowsAreMeans() throws IOException {
        return each(c -> {
            EncoderSpec plain = c.open().describe();
            if (TokenBits.hearsWholes(plain)) {
                return;
            }
            int hopRows = Math.max(1, plain.time() / 3);
            Encoder encoder = withHop(c, hop(c, plain, hopRows));
            EncoderSpec spec = encoder.describe();
            int hop = hopRows * spec.grid().rowSamples();
            assertThat(spec.input().hopSamples()).isEqualTo(hop);
            float[] recording = TokenBits.sound(3, spec.windowSamples() + 3 * hop);
            TokenMap joined = encoder.encode(recording);
            List<TokenMap> windows = IntStream.range(0, 4)
                    .mapToObj(
                            w -> encoder.encode(Arrays.copyOfRange(recording, w * hop, w * hop + spec.windowSamples())))
                    .toList();
            assertThat(joined.time()).isEqualTo(plain.time() + 3 * hopRows);
            int row = spec.freq() * spec.dim();
            for (int t = 0; t < joined.time(); t++) {
                for (int i = 0; i < row; i++) {
                    double sum = 0;
                    int n = 0;
                    for (int w = 0; w < windows.size(); w++) {
                        int own = t - w * hopRows;
                        if (own >= 0 && own < windows.get(w).time()) {
                            sum += windows.get(w).tokens()[own * row + i];
                            n++;
                        }
                    }
                    float mean = (float) (sum / n);
                    if (Float.compare(joined.tokens()[t * row + i], mean) != 0) { // faster than an assertion for each
                        assertThat(joined.tokens()[t * row + i])
                                .as(c.name() + " row " + t + " number " + i)
                                .isEqualTo(mean);
                    }
                }
            }
            if (spec.hasCls()) {
                for (int i = 0; i < spec.dim(); i++) {
                    int at = i;
                    double mean = windows.stream().mapToDouble(w -> w.cls()[at]).sum() / windows.size();
                    assertThat(joined.cls()[i]).isEqualTo((float) mean);
                }
            }
        });
    }

    @TestFactory
    List<DynamicTest> aHopOfNoWholeNumberOfRowsIsRefused() throws IOException {
        return each(c -> {
            EncoderSpec spec = c.open().describe();
            double row = (double) spec.grid().rowSamples() / spec.sampleRate();
            EncoderSettings settings =
                    c.golden() == null ? EncoderSettings.AUTHORS : c.golden().settings();
            if (TokenBits.hearsWholes(spec)) {
                assertThatThrownBy(() -> withHop(c, settings.withHop(row)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("encoded as a whole")
                        .hasMessageContaining("a hop of " + row + " s cannot be set");
                return;
            }
            for (double rows : new double[] {0.5, spec.time() - 0.4, spec.time() + 1}) {
                assertThatThrownBy(() -> withHop(c, settings.withHop(rows * row)))
                        .as(c.name() + " " + rows + " rows")
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("whole number of token rows", "try ");
            }
        });
    }

    /** Samples that cannot be encoded are rejected with their index, whatever else is in the batch. */
    @TestFactory
    List<DynamicTest> samplesThatAreNoNumbersAreRefused() throws IOException {
        return each(c -> {
            Encoder encoder = c.open();
            float[] broken = TokenBits.sound(1, TokenBits.unit(encoder.describe()));
            for (float f : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                broken[77] = f;
                assertThatThrownBy(() -> encoder.encode(List.of(TokenBits.sound(2, broken.length), broken)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("sample 77")
                        .hasMessageContaining("" + f);
            }
        });
    }
}
