/** The input of a job: listings and manifests of recordings, and their bytes, through Hadoop's file systems. */
package org.unmute.spark.input;
