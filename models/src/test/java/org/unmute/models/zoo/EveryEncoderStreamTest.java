package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.StreamingEncoder;
import org.unmute.models.encoder.TokenMap;

/**
 * Every encoder with reference numbers while samples arrive: the tokens of the whole recording or, where it takes
 * recordings in one piece, those of its pieces side by side.
 */
@Tag("golden")
class EveryEncoderStreamTest {
    @TestFactory
    List<DynamicTest> rowsArrive() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (TokenBits.Case c : TokenBits.golden()) {
            tests.add(dynamicTest(c.name(), () -> compare(c.open())));
        }
        return Golden.cases("encoders", tests);
    }

    private static void compare(Encoder encoder) {
        EncoderSpec spec = encoder.describe();
        int unit = spec.isWhole() ? spec.chunkSamples() : spec.input().hopSamples();
        float[] sound = TokenBits.sound(5, 2 * unit + unit / 2 + 900);
        List<TokenMap> rows = new ArrayList<>();
        StreamingEncoder stream = new StreamingEncoder(encoder, Features.Request.TOKENS, f -> rows.add(f.tokens()));
        for (int at = 0; at < sound.length; at += 7001) {
            stream.accept(sound, at, Math.min(7001, sound.length - at));
        }
        stream.finish();
        List<TokenMap> expected = new ArrayList<>();
        if (spec.isWhole()) {
            for (int at = 0; at < sound.length; at += unit) {
                expected.add(encoder.encode(Arrays.copyOfRange(sound, at, Math.min(sound.length, at + unit))));
            }
        } else {
            expected.add(encoder.encode(sound));
        }
        assertThat(joined(rows)).isEqualTo(joined(expected));
        // Rows of a stream begin when those of the whole recording do.
        int time = rows.stream().mapToInt(TokenMap::time).sum();
        assertThat(spec.rowStart(time)).isGreaterThan(sound.length - spec.grid().rowSamples() - unit / 8);
    }

    private static float[] joined(List<TokenMap> maps) {
        float[] all = new float[maps.stream().mapToInt(m -> m.tokens().length).sum()];
        int at = 0;
        for (TokenMap map : maps) {
            System.arraycopy(map.tokens(), 0, all, at, map.tokens().length);
            at += map.tokens().length;
        }
        return all;
    }
}
