package org.unmute.tensor.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BackendsTest {
    @Test
    void closingForgetsTheBackendAndTheNextUseOpensAnother() {
        Backends.Choice first = Backends.choice();
        assertThat(Backends.choice()).isSameAs(first);
        Backends.close();
        assertThat(Backends.choice()).isNotSameAs(first).isEqualTo(first);
        Backends.close();
        Backends.close();
        assertThat(Backends.current().name()).isEqualTo(first.backend().name());
    }

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
