package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.io.SafetensorsFile;

/** Settings that an encoder does not support are rejected, not ignored. */
class SettingsCheckTest {
    private static Encoder embedded(EncoderSettings settings) throws IOException {
        try (Checkpoint file = Checkpoint.of(SafetensorsFile.of("small", Encoders.embeddedBytes()))) {
            return Encoders.build(file, settings);
        }
    }

    @Test
    void whatIsFixedInTheFileCannotBeSet() throws IOException {
        EncoderSettings none = EncoderSettings.AUTHORS;
        Map<String, EncoderSettings> asked = new LinkedHashMap<>();
        asked.put("'frames' is fixed at", none.withFrames(512));
        asked.put("'mean' is fixed at", none.withNorm(-1, Double.NaN));
        asked.put("'std' is fixed at", none.withNorm(Double.NaN, 3));
        asked.put("'sampleRate' is fixed at 16000", none.withSampleRate(32_000));
        asked.put("5 heads", none.withHeads(5));
        asked.put("max_distance", none.withConfig(Map.of("max_distance", "40")));
        asked.forEach((message, settings) -> assertThatThrownBy(() -> embedded(settings))
                .as(message)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("small-vit")
                .hasMessageContaining(message));
        int frames = (int) embedded(none).describe().input().settings().get("frames");
        assertThat(embedded(none.withFrames(frames)).describe())
                .isEqualTo(embedded(none).describe());
    }
}
