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
        assertThatThrownBy(() -> Backends.threads("abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unmute.threads")
                .hasMessageContaining("'abc'");
        assertThatThrownBy(() -> Backends.open("scalar", Backends.threads("-1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void devicesAreNamedByKindAndNumber() {
        assertThat(Backends.open("cpu", 1).backend().name()).isEqualTo("scalar");
        assertThat(Backends.open("scalar:0", 1).reason()).contains("asked for");
        assertThatThrownBy(() -> Backends.open("scalar:1", 1))
                .isInstanceOf(Backends.UnavailableException.class)
                .hasMessageContaining("has no device 1");
        assertThatThrownBy(() -> Backends.open("scalar:x", 1))
                .isInstanceOf(Backends.UnavailableException.class)
                .hasMessageContaining("scalar:x")
                .hasMessageContaining("number");
        assertThatThrownBy(() -> Backends.open("quantum:1", 1))
                .isInstanceOf(Backends.UnavailableException.class)
                .hasMessageContaining("quantum")
                .hasMessageContaining("scalar");
    }
}
