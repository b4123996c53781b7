package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TokenPoolingTest {
    /** Two rows of two columns with three channels. */
    private static final TokenMap MAP =
            new TokenMap(2, 2, 3, new float[] {1, -2, 0, 3, -5, 0.5f, 8, -1, 0.25f, 4, -4, 0}, new float[] {7, 8, 9});

    @Test
    void meanIsOverAllPatchTokens() {
        assertThat(TokenPooling.MEAN.apply(MAP)).containsExactly(4, -3, 0.1875f);
    }

    @Test
    void meanIsSummedInFloat64() {
        float[] tokens = new float[1000];
        Arrays.fill(tokens, 1);
        tokens[0] = 1e9f;
        // In float32, 1e9 + 1 is 1e9.
        assertThat(TokenPooling.MEAN.apply(new TokenMap(1000, 1, 1, tokens, null)))
                .containsExactly((float) (1_000_000_999 / 1000.0));
    }

    @Test
    void maxIsOfEachChannel() {
        assertThat(TokenPooling.MAX.apply(MAP)).containsExactly(8, -1, 0.5f);
    }

    @Test
    void classTokenIsACopy() {
        float[] pooled = TokenPooling.CLS.apply(MAP);
        assertThat(pooled).containsExactly(7, 8, 9).isNotSameAs(MAP.cls());
    }

    @Test
    void refusesAClassTokenThatIsNotThere() {
        TokenMap without = new TokenMap(1, 1, 2, new float[] {1, 2}, null);
        assertThatThrownBy(() -> TokenPooling.CLS.apply(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no class token: take the mean or the max");
    }
}
