package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.StreamingEncoder;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.Spectrogram;

/** The authors' windows of 5 s, whose last 14 frames are padding. */
class BirdMaeTest {
    private static final int SECOND = 32_000;
    private static final int MEL = 128;

    /** Opens a checkpoint with positions for the authors' 512 frames. */
    private static Encoder open(EncoderSettings settings) {
        return Encoders.build(
                MadeCheckpoint.vit(24, 1, 24, 257).under("state_dict.encoder."),
                settings.withModel("birdmae").withHeads(3));
    }

    @Test
    void aWindowIsFiveSecondsPaddedWithTheMinimum() {
        Encoder encoder = open(EncoderSettings.AUTHORS);
        EncoderSpec spec = encoder.describe();
        assertThat(spec.windowSamples()).isEqualTo(5 * SECOND);
        assertThat(spec.time()).isEqualTo(32);
        assertThat(spec.frontEnd())
                .contains("512 frames (the clip's minimum at the end), windows of 5.0 s")
                .endsWith("long recordings in windows every 5.0 s");
        Spectrogram made = encoder.network().frontEnd().apply(VitTest.noise(5 * SECOND, 1));
        assertThat(made.frames()).isEqualTo(512);
        float[] values = made.values();
        float min = Float.POSITIVE_INFINITY;
        for (int i = 0; i < 498 * MEL; i++) {
            min = Math.min(min, values[i]);
        }
        assertThat(Arrays.copyOfRange(values, 498 * MEL, values.length)).containsOnly(min);
        assertThat(Arrays.copyOfRange(values, 497 * MEL, 498 * MEL)).doesNotContain(min);
    }

    @Test
    void longRecordingsAreWindowsSideBySide() {
        Encoder encoder = open(EncoderSettings.AUTHORS);
        float[] sound = VitTest.noise(12 * SECOND, 2);
        TokenMap map = encoder.encode(sound);
        assertThat(map.time()).isEqualTo(3 * 32).isEqualTo((int)
                encoder.describe().rows(sound.length));
        float[] tokens = new float[map.tokens().length];
        for (int w = 0; w < 3; w++) {
            int from = w * 5 * SECOND;
            float[] own = encoder.encode(Arrays.copyOfRange(sound, from, Math.min(sound.length, from + 5 * SECOND)))
                    .tokens();
            System.arraycopy(own, 0, tokens, w * own.length, own.length);
        }
        assertThat(map.tokens()).isEqualTo(tokens);
        assertThat(encoder.describe().rowStart(31)).isEqualTo(31 * 5120);
        assertThat(encoder.describe().rowStart(32)).isEqualTo(5 * SECOND);
        List<Float> streamed = new ArrayList<>();
        StreamingEncoder stream = new StreamingEncoder(encoder, Features.Request.TOKENS, f -> {
            for (float value : f.tokens().tokens()) {
                streamed.add(value);
            }
        });
        for (int at = 0; at < sound.length; at += 70_001) {
            stream.accept(sound, at, Math.min(70_001, sound.length - at));
        }
        stream.finish();
        assertThat(streamed).hasSize(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            assertThat(streamed.get(i)).isEqualTo(tokens[i]);
        }
    }

    @Test
    void windowsOverlapByWholeRows() {
        assertThat(open(EncoderSettings.AUTHORS.withHop(5)).describe().input().hopSamples())
                .isEqualTo(5 * SECOND);
        EncoderSpec overlapping = open(EncoderSettings.AUTHORS.withHop(2.56)).describe();
        assertThat(overlapping.hopRows()).isEqualTo(16);
        assertThatThrownBy(() -> open(EncoderSettings.AUTHORS.withHop(5.12)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hop of 5.12 s")
                .hasMessageEndingWith("at most a window (5 s): try 5");
        assertThatThrownBy(() -> open(EncoderSettings.AUTHORS.withHop(1)))
                .hasMessageContaining("token rows of 0.16 s")
                .hasMessageEndingWith("try 0.96");
    }

    @Test
    void fewerFramesAreFilled() {
        assertThat(open(EncoderSettings.AUTHORS.withFrames(256)).describe().windowSamples())
                .isEqualTo(255 * 320 + 800);
    }
}
