package org.unmute.cli.option;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unmute.audio.playback.Speed;
import org.unmute.cli.console.CommandException;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipDivision.Rule;
import org.unmute.data.ClipId;
import org.unmute.data.provenance.RunRecord;
import org.unmute.options.ClipLength;
import org.unmute.options.HelpTopic;
import picocli.CommandLine.Mixin;

/** Options for dividing long recordings into clips. */
@HelpTopic("Sound")
public final class DivisionOptions {
    @Mixin
    private ClipLength clip;

    /**
     * Measures the chosen recordings and divides long ones. Recordings of a data set stay whole, like their labels.
     *
     * @param audio  chose the recordings
     * @param speed  at which recordings are played to the encoder
     * @param tell   receives a line if recordings are divided
     * @param record receives the number of divided recordings and of their clips
     */
    public ClipDivision divide(
            AudioOptions audio, AudioOptions.Chosen chosen, Speed speed, Consumer<String> tell, RunRecord record) {
        Rule rule = clip.rule(speed);
        if (chosen.labels() != null) {
            if (clip.given() && rule != Rule.WHOLE) {
                throw CommandException.usage(
                        "--clip does not go with --dataset: its labels are those of whole recordings");
            }
            rule = Rule.WHOLE;
        }
        ClipDivision division = ClipDivision.of(chosen.clips().clips(), rule, audio.reader());
        List<String> divided = division.divided();
        if (!divided.isEmpty()) {
            boolean one = divided.size() == 1;
            tell.accept((one ? divided.getFirst() : divided.size() + " recordings")
                    + (clip.given()
                            ? ""
                            : (one ? " is" : " are") + " longer than "
                                    + (speed.isNormal() ? "20 minutes" : length(rule.longest())) + " and")
                    + (one ? " becomes " : " become ") + division.pieces() + " clips of " + length(rule.seconds())
                    + ", named like " + ClipId.part(divided.getFirst(), 0, rule.seconds())
                    + ": labels must be of these clips, or events in time; '--clip whole' does not divide");
            record.result(
                    "divided",
                    Map.of("recordings", divided.size(), "clips", division.pieces(), "clipSeconds", rule.seconds()));
        }
        return division;
    }

    private static String length(double seconds) {
        return seconds % 60 == 0 ? ClipId.seconds(seconds / 60) + " min" : ClipId.seconds(seconds) + " s";
    }
}
