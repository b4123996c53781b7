package org.unmute.events.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.vit.FreshWeights;
import org.unmute.models.zoo.SmallVit;
import org.unmute.probes.cache.CacheKey;
import org.unmute.tensor.DType;

/** The same weights with other settings are a different encoder, so their tokens must not share a cache. */
class EncoderKeyTest {
    private static CacheKey key(int heads, String fileHash) {
        SmallVit.Settings s = new SmallVit.Settings(16_000, 32, 32, 8, 16, 24, 1, heads, -5, 4);
        return new OpenEncoder(new Encoder(new SmallVit(s, new FreshWeights(1))), fileHash, "file", null, Map.of())
                .key("hann", DType.F16);
    }

    @Test
    void dependsOnWeightsAndOnSettings() {
        assertThat(key(2, "a")).isEqualTo(key(2, "a"));
        assertThat(key(2, "a").encoderHash()).isNotEqualTo(key(3, "a").encoderHash());
        assertThat(key(2, "a").encoderHash()).isNotEqualTo(key(2, "b").encoderHash());
    }
}
