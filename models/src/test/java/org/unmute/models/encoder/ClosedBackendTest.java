package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.Backends;

class ClosedBackendTest {
    @Test
    void anEncoderSaysThatItsBackendWasClosedAndOpensNoOther() {
        float[] sound = new float[16_000];
        Encoder encoder;
        try (Backends.Scope _ = Backends.scope()) {
            Backends.use(Backends.open("vector", 3));
            encoder = Encoders.embedded();
            assertThat(encoder.encode(sound).tokens()).isNotEmpty();
            Set<Thread> others = workers();
            Backends.close();
            assertThat(workers()).as("they have ended").isSubsetOf(others).hasSizeLessThan(others.size());
            Set<Thread> left = workers();

            assertThatThrownBy(() -> encoder.encode(sound))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("encoder " + encoder.describe().name())
                    .hasMessageContainingAll("backend vector was closed", "load them again");
            assertThat(workers()).as("none was started").isEqualTo(left);
            assertThat(Encoders.embedded().encode(sound).tokens())
                    .as("the next one works")
                    .isNotEmpty();
        }
    }

    private static Set<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("unmute-vector-"))
                .collect(Collectors.toSet());
    }
}
