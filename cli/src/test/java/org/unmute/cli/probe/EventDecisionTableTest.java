package org.unmute.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unmute.cli.probe.EventDecisionTable.PerHour;
import org.unmute.cli.probe.EventDecisionTable.Row;
import org.unmute.cli.probe.EventDecisionTable.Share;
import org.unmute.metrics.interval.Proportion;
import org.unmute.metrics.interval.Rate;

class EventDecisionTableTest {
    private static Row row(int found, int clips, int alarms, double hours) {
        Proportion p = Proportion.wilson(found, clips);
        Rate r = Rate.poisson(alarms, hours);
        return new Row(
                "wren",
                clips,
                clips,
                0.5,
                false,
                true,
                new Share(found, p.estimate(), p.low(), p.high()),
                new PerHour(alarms, hours, r.estimate(), r.low(), r.high()),
                null);
    }

    @Test
    void fewClipsAreStatedByTheirIntervals() {
        assertThat(row(2, 2, 0, 0.01).foundInWords()).isEqualTo("2 of 2: 34 to 100 %");
        assertThat(row(9, 9, 0, 0.01).foundInWords()).isEqualTo("9 of 9: 70 to 100 %");
        assertThat(row(10, 10, 0, 0.01).foundInWords()).isEqualTo("1.00 [0.72, 1.00]");
        assertThat(row(2, 2, 0, 0.01).alarmsInWords()).isEqualTo("0 in 0.01 h: 0 to 369");
        assertThat(row(2, 2, 3, 2).alarmsInWords()).isEqualTo("1.50 [0.31, 4.38]");
    }
}
