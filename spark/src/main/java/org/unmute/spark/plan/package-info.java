/** What is done, made on the driver: clips, and shares of them of about equal length for the tasks. */
package org.unmute.spark.plan;
