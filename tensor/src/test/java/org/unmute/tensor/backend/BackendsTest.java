package org.unmute.tensor.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BackendsTest {
    @Test
    void theThreadsPropertyIsANumberOrAnError() {
        assertThat(Backends.threads(null)).isZero();
        assertThat(Backends.threads("")).isZero();
        assertThat(Backends.threads(" 3 ")).isEqualTo(3);
        assertThatThrownBy(() -> Backends.threads("abc")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unmute.threads").hasMessageContaining("'abc'");
        assertThatThrownBy(() -> Backends.open("scalar", Backends.threads("-1"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }
}
