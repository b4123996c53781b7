package org.unmute.probes.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.probes.pool.ProbeOptions;

class TrainingSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "1,600",
        "40,300",
        "80,200",
        "190,100",
        "412,75",
        "1000,75",
        "2500,75",
        "5000,38",
        "20000,30",
        "200000,30"
    })
    void fewClipsHaveAsManyStepsAsTheyNeed(int clips, int epochs) {
        assertEquals(epochs, TrainingSettings.convergingEpochs(clips, 32));
    }

    @Test
    void tokensAreStandardizedUnlessTheProbeLooksAtAllLayersOrKeepsItsClips() {
        assertTrue(TrainingSettings.converging("protobin").standardize());
        assertFalse(TrainingSettings.converging("linear-layers").standardize());
        assertFalse(TrainingSettings.converging("knn").standardize());
        assertFalse(TrainingSettings.paper("protobin").standardize());
    }

    @Test
    void extremesOfChannelsAreReadWhereTheProbeHasThemUnlessTheyAreGiven() {
        ProbeOptions more = ProbeOptions.parse("prototypes=5");
        assertEquals(
                ProbeOptions.parse("prototypes=5", "extremes=true"),
                TrainingSettings.convergingOptions("protobin", more));
        assertEquals(
                ProbeOptions.parse("extremes=true"),
                TrainingSettings.convergingOptions("protofloat", ProbeOptions.DEFAULTS));
        ProbeOptions without = ProbeOptions.parse("extremes=false");
        assertEquals(without, TrainingSettings.convergingOptions("protobin", without));
        assertEquals(ProbeOptions.DEFAULTS, TrainingSettings.convergingOptions("linear-mean", ProbeOptions.DEFAULTS));
    }
}
