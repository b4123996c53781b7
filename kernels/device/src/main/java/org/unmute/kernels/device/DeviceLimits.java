package org.unmute.kernels.device;

/**
 * What a device allows.
 *
 * @param memoryBytes its memory
 * @param largestBytes the most that one allocation may have
 * @param groupItems the most items of a group
 * @param localBytes memory that the items of a group share
 */
public record DeviceLimits(long memoryBytes, long largestBytes, int groupItems, long localBytes) {}
