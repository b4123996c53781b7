package org.unmute.spark;

import java.util.List;
import java.util.SortedSet;
import org.unmute.data.ClipDivision;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.RuleOptions;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;

/**
 * The settings of one embedding run.
 *
 * @param options settings that results depend on, except for event rules, which need the probe
 * @param kept which results are kept for each clip
 * @param rules rules for events
 * @param context context for events
 * @param audio folder, sound file or list of recordings
 * @param root folder that paths in a list are relative to; null for the list's own folder
 * @param out folder to fill
 * @param division which recordings are divided
 * @param channels which channels of recordings are read
 * @param shardBytes max size of a shard
 * @param ship whether encoder and probe files are sent to executors; null to send them only if they are on the driver's
 *     own disks
 * @param strict whether the first recording that cannot be used ends the job
 * @param verify whether recordings already in the folder are compared byte by byte
 * @param breakLock whether to take the folder from a driver that is dead
 * @param dryRun whether only to report what would be done
 * @param json whether the result is printed as JSON
 * @param arguments the command line
 */
record EmbedRequest(
        EmbedOptions options,
        SortedSet<Kept> kept,
        RuleOptions rules,
        ContextSeconds context,
        String audio,
        String root,
        String out,
        ClipDivision.Rule division,
        ChannelChoice channels,
        long shardBytes,
        Boolean ship,
        boolean strict,
        boolean verify,
        boolean breakLock,
        boolean dryRun,
        boolean json,
        List<String> arguments) {}
