package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMap;

/** Encoder names, some of which may come from other jars. */
class ProviderNamesTest {
    /** An encoder that is never opened. */
    private record Named(String name, List<String> aliases) implements EncoderProvider {
        @Override
        public List<KeyMap> keyMaps() {
            return List.of();
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void twoOfOneNameAreRefused() {
        Named eat = new Named("eat", List.of("sslam"));
        for (Named other : List.of(
                new Named("eat", List.of()), new Named("sslam", List.of()), new Named("mine", List.of("sslam")))) {
            assertThatThrownBy(() -> Encoders.distinct(List.of(eat, other)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("encoder (eat|sslam): provided by .*Named and .*Named: rename one, or take one"
                            + " of the jars off the class path");
        }
        assertThat(Encoders.distinct(List.of(eat, new Named("mine", List.of("own")))))
                .hasSize(2);
        assertThat(Encoders.distinct(List.of(new Named("mine", List.of("mine")))))
                .hasSize(1);
        assertThat(Encoders.providers()).hasSizeGreaterThanOrEqualTo(9);
    }
}
