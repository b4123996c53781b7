package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.unmute.data.provenance.Json;

class ConsoleTableTest {
    private final ConsoleTable table = new ConsoleTable("probe", "mAP", "seeds")
            .row("linear", 0.51234567, 3)
            .row("pröbe 2", Double.NaN, null)
            .row("mhca", 1.0f, 12);

    @Test
    void columnsAreAligned() {
        assertThat(table.text()).isEqualTo("""
            probe      mAP  seeds
            -------  -----  -----
            linear   0.512      3
            pröbe 2      -      -
            mhca     1.000     12
            """);
    }

    @Test
    void jsonKeepsEveryDigit() throws Exception {
        JsonNode json = Json.MAPPER.readTree(Json.MAPPER.writeValueAsString(table.document()));
        assertThat(json).hasSize(3);
        assertThat(json.get(0).get("mAP").doubleValue()).isEqualTo(0.51234567);
        assertThat(json.get(1).get("mAP").isNull()).isTrue();
        assertThat(json.get(1).get("probe").textValue()).isEqualTo("pröbe 2");
        assertThat(json.get(2).get("seeds").intValue()).isEqualTo(12);
    }

    @Test
    void raggedRowsAreRefused() {
        assertFails(IllegalArgumentException.class, () -> table.row("a"), "1 cells for 3");
    }
}
