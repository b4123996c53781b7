package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Equality of token maps. */
class TokenMapTest {
    private static final float[] TOKENS = {1, 2, 3, Float.NaN, 5, 6, 7, 8};
    private static final float[] CLS = {0, -0f};

    private static TokenMap map(float[] tokens, float[] cls, int padding) {
        return new TokenMap(2, 2, 2, tokens, cls, padding);
    }

    @Test
    void mapsWithTheSameContentAreEqual() {
        TokenMap one = map(TOKENS.clone(), CLS.clone(), 1);
        TokenMap other = map(TOKENS.clone(), CLS.clone(), 1);
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString(other.toString());
        assertThat(new HashSet<>(List.of(one, map(TOKENS.clone(), null, 1)))).contains(other);
    }

    @Test
    void anyDifferenceCounts() {
        TokenMap one = map(TOKENS, CLS, 1);
        for (int i = 0; i < TOKENS.length; i++) {
            float[] changed = TOKENS.clone();
            changed[i] = Math.nextUp(Float.isNaN(changed[i]) ? 0 : changed[i]);
            assertThat(one).isNotEqualTo(map(changed, CLS, 1));
        }
        assertThat(one)
                .isNotEqualTo(map(TOKENS, new float[] {0, 0}, 1))
                .isNotEqualTo(map(TOKENS, null, 1))
                .isNotEqualTo(map(TOKENS, CLS, 0))
                .isNotEqualTo(map(TOKENS, CLS, TokenMap.UNKNOWN))
                .isNotEqualTo(new TokenMap(1, 4, 2, TOKENS, CLS, 0))
                .isNotEqualTo(new TokenMap(2, 4, 1, TOKENS, null))
                .isNotEqualTo("a map");
    }

    @Test
    void theTextHasSizesAndTheFirstNumbers() {
        float[] large = new float[768 * 8 * 64];
        Arrays.fill(large, 0.5f);
        assertThat(new TokenMap(64, 8, 768, large, null))
                .hasToString("TokenMap[64, 8, 768] without cls, begins [0.5, 0.5, 0.5, 0.5]");
        assertThat(map(TOKENS, CLS, 1))
                .hasToString("TokenMap[2, 2, 2] with cls, rows of padding: 1, begins [1.0, 2.0, 3.0, NaN]");
    }
}
