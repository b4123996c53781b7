package org.unmute.data.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {
    @Test
    void oneIsNoPlural() {
        assertThat(Units.count(0, "clip")).isEqualTo("0 clips");
        assertThat(Units.count(1, "class")).isEqualTo("1 class");
        assertThat(Units.count(2, "class")).isEqualTo("2 classes");
    }
}
