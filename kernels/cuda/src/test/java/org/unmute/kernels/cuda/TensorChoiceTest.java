package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.TensorCores;

/** The system property that determines where tensor cores are used. */
class TensorChoiceTest {
    @AfterEach
    void asItWas() {
        System.clearProperty(TensorChoice.PROPERTY);
    }

    @Test
    void thePropertyIsOneOfThree() {
        assertThat(TensorChoice.chosen()).isEqualTo(TensorCores.AUTO);
        System.setProperty(TensorChoice.PROPERTY, " never");
        assertThat(TensorChoice.chosen()).isEqualTo(TensorCores.NEVER);
        System.setProperty(TensorChoice.PROPERTY, "on");
        assertThatThrownBy(TensorChoice::chosen)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unmute.cuda.tensor must be auto, always or never: 'on'");
    }
}
