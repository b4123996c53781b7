package org.unmute.probes.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
