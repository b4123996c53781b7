package org.unmute.cli.probe;

import org.unmute.cli.option.TrainingOptions.ChosenLoss;
import org.unmute.probes.pool.ProbeOptions;

/** The probe to train, as it was chosen on the command line. */
public record ProbeChoice(String name, ProbeOptions options, ChosenLoss loss) {}
